"""A program that runs, followed while it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Optional, Union

import grpc

from . import _operations as operations
from ._convert import event_of
from ._status import id_in
from ._streaming import Progress, input_pieces
from ._transport import Transport
from .events import ExecutionEvent
from .policy import Seconds
from .result import Result
from .v1 import execution_pb2


class ExecutionStream:
    """The events of an execution, in their order; the last one is the `exit`.

    Leaving the loop before it, or the `with` block, cancels the call and so the execution.
    """

    def __init__(self, transport: Transport, request: Any, deadline: Optional[Seconds]) -> None:
        """Begins the execution."""
        self._transport = transport
        self._progress = Progress(request)
        whole = execution_pb2.ExecuteStreamRequest(execute=request)
        self._call = transport.stream("ExecuteStream", whole, deadline)
        self._sending = threading.Lock()

    @property
    def execution_id(self) -> str:
        """The server's id; waits until it is known, which is before the program starts."""
        if self._progress.execution_id is None:
            self._progress.execution_id = id_in(self._call.initial_metadata())
            if self._progress.execution_id is None:
                # An isol8 server names the execution before all else: so the call has failed.
                raise self._transport.error_of(self._call)
        return self._progress.execution_id

    @property
    def result(self) -> Result:
        """How it went, once the stream has ended. Output and files are not in it: they came before.

        Raises RuntimeError before the `exit` event.
        """
        return self._progress.result

    def __iter__(self) -> Iterator[ExecutionEvent]:
        """Gives the events, once."""
        self._progress.begin()
        try:
            for message in self._call:
                event = event_of(message.event)
                self._progress.take(event)
                yield event
        except grpc.RpcError:
            # After the result nothing matters any more.
            if not self._progress.finished:
                raise self._transport.error_of(self._call) from None
        finally:
            self._call.cancel()
        if not self._progress.finished:
            raise self._progress.broken()

    def wait(self) -> Result:
        """Reads the events to their end, without looking at them, and gives the result."""
        if not self._progress.finished:
            for _ in self:
                pass
        return self.result

    def cancel(self) -> None:
        """Cancels the execution and returns when nothing of it runs any more.

        The events go on to the end, whose outcome is `CANCELLED`; so this may be called from
        another thread than the one that reads.
        """
        self._transport.call(operations.cancel_execution(self.execution_id))

    def send_input(self, data: Union[str, bytes] = b"", *, end: bool = False) -> None:
        """Brings standard input, with `stdin_mode="INTERACTIVE"`; `end` closes it afterwards.

        Waits until the input was taken: a program that does not read holds it back.
        """
        with self._sending:
            for piece, last in input_pieces(data, end):
                operation = operations.send_input(
                    self.execution_id, piece, self._progress.input_offset, last
                )
                self._progress.input_offset = self._transport.call(operation)

    def close_input(self) -> None:
        """Ends standard input."""
        self.send_input(end=True)

    def send_signal(self, signal: Union[int, str]) -> None:
        """Sends a signal to the program: a number or a name, `SIGTERM`."""
        self._transport.call(operations.send_signal(self.execution_id, signal))

    def interrupt(self) -> None:
        """Sends SIGINT, which in a context ends what runs, and keeps its variables."""
        self.send_signal("SIGINT")

    def __enter__(self) -> ExecutionStream:
        """Gives itself."""
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Cancels the call, and so what has not ended."""
        self._call.cancel()
