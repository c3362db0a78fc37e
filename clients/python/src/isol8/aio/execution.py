"""A program that runs, followed while it does, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from types import TracebackType
from typing import Any, Optional, Union

import grpc

from .. import _operations as operations
from .._convert import event_of
from .._status import id_in
from .._streaming import Progress, input_pieces
from ..events import ExecutionEvent
from ..policy import Seconds
from ..result import Result
from ..v1 import execution_pb2
from ._transport import AsyncTransport, ended


class AsyncExecutionStream:
    """The events of an execution, in their order; the last one is the `exit`.

    Leaving the loop before it, or the `async with` block, and cancelling the task that reads,
    cancels the call and so the execution.
    """

    def __init__(
        self, transport: AsyncTransport, request: Any, deadline: Optional[Seconds]
    ) -> None:
        """Begins the execution."""
        self._transport = transport
        self._progress = Progress(request)
        whole = execution_pb2.ExecuteStreamRequest(execute=request)
        self._call = transport.begin("ExecuteStream", whole, deadline)
        self._sending = asyncio.Lock()

    @property
    def execution_id(self) -> Awaitable[str]:
        """The server's id, to be awaited; it is known before the program starts."""
        return self._id()

    @property
    def result(self) -> Result:
        """How it went, once the stream has ended. Output and files are not in it: they came before.

        Raises RuntimeError before the `exit` event.
        """
        return self._progress.result

    async def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        """Gives the events, once."""
        self._progress.begin()
        try:
            async for message in self._call:
                event = event_of(message.event)
                self._progress.take(event)
                yield event
        except grpc.RpcError as error:
            # After the result nothing matters any more.
            if not self._progress.finished:
                raise self._transport.error_of(error) from None
        except asyncio.CancelledError:
            self._transport.check_open()
            raise
        finally:
            self._call.cancel()
        if not self._progress.finished:
            raise self._progress.broken()

    async def wait(self) -> Result:
        """Reads the events to their end, without looking at them, and gives the result."""
        if not self._progress.finished:
            async for _ in self:
                pass
        return self.result

    async def cancel(self) -> None:
        """Cancels the execution and returns when nothing of it runs any more.

        The events go on to the end, whose outcome is `CANCELLED`.
        """
        await self._transport.call(operations.cancel_execution(await self._id()))

    async def send_input(self, data: Union[str, bytes] = b"", *, end: bool = False) -> None:
        """Brings standard input, with `stdin_mode="INTERACTIVE"`; `end` closes it afterwards.

        Waits until the input was taken: a program that does not read holds it back.
        """
        async with self._sending:
            for piece, last in input_pieces(data, end):
                operation = operations.send_input(
                    await self._id(), piece, self._progress.input_offset, last
                )
                self._progress.input_offset = await self._transport.call(operation)

    async def close_input(self) -> None:
        """Ends standard input."""
        await self.send_input(end=True)

    async def send_signal(self, signal: Union[int, str]) -> None:
        """Sends a signal to the program: a number or a name, `SIGTERM`."""
        await self._transport.call(operations.send_signal(await self._id(), signal))

    async def interrupt(self) -> None:
        """Sends SIGINT, which in a context ends what runs, and keeps its variables."""
        await self.send_signal("SIGINT")

    async def _id(self) -> str:
        if self._progress.execution_id is None:
            try:
                self._progress.execution_id = id_in(await self._call.initial_metadata())
                if self._progress.execution_id is None:
                    # An isol8 server names the execution before all else: so the call has failed.
                    raise self._transport.error_of(await ended(self._call))
            except asyncio.CancelledError:
                self._transport.check_open()
                raise
        return self._progress.execution_id

    async def __aenter__(self) -> AsyncExecutionStream:
        """Gives itself."""
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Cancels the call, and so what has not ended."""
        self._call.cancel()
