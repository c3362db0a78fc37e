"""The connection of the asyncio client: makes calls, and turns what fails into our errors."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Optional, TypeVar

import grpc
import grpc.aio

from .._operations import Operation
from .._settings import Settings, deadline_of
from .._status import error_from
from ..errors import CancelledError, Isol8Error
from ..policy import Seconds
from ..v1 import service_pb2_grpc

T = TypeVar("T")


class AsyncTransport:
    """A channel. It belongs to the event loop that the first call is made in."""

    def __init__(self, settings: Settings) -> None:
        """Connects when the first call is made; no event loop has to run before."""
        self._settings = settings
        self._process = os.getpid()
        self._closed = False
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._channel: Any = None
        self._stub: Any = None

    async def close(self) -> None:
        """Ends every call that is under way."""
        self._closed = True
        # After a fork it is the parent's, and to close it here would wait for threads not here.
        if self._channel is not None and self._process == os.getpid():
            await self._channel.close()

    async def call(self, operation: Operation[T], deadline: Optional[Seconds] = None) -> T:
        """Makes a call and waits for its answer. A task that is cancelled cancels it."""
        call = self.begin(operation.method, operation.request, deadline)
        return operation.read(await self.result_of(call))

    def begin(self, method: str, request: Any, deadline: Optional[Seconds]) -> Any:
        """Begins a call; `request` is a message, or an asynchronous iterator of messages."""
        timeout = deadline_of(deadline, self._settings.deadline)
        return self._open(method)(request, timeout=timeout, metadata=self._settings.metadata)

    async def result_of(self, call: Any) -> Any:
        """Waits for the answer of a call."""
        try:
            return await call
        except grpc.RpcError as error:
            raise self.error_of(error) from None
        except asyncio.CancelledError:
            self.check_open()
            raise

    def error_of(self, error: Any) -> Isol8Error:
        """Reads why a call failed."""
        return error_from(error, self._settings, self._closed)

    def check_open(self) -> None:
        """Raises the error of a call that ended because the client was closed under it.

        What gRPC raises then looks as if the task were cancelled.
        """
        if self._closed:
            raise CancelledError("the client was closed under the call", code="CANCELLED") from None

    def _open(self, method: str) -> Any:
        if self._closed:
            raise RuntimeError("this client is closed: make another one")
        if self._process != os.getpid():
            # gRPC's threads are not in this process: a call would never end.
            raise RuntimeError("this client was made before the process forked: make one in each")
        loop = asyncio.get_running_loop()
        if self._channel is None:
            self._loop = loop
            target, options = self._settings.target, list(self._settings.options)
            self._channel = (
                grpc.aio.insecure_channel(target, options)
                if self._settings.credentials is None
                else grpc.aio.secure_channel(target, self._settings.credentials, options)
            )
            self._stub = service_pb2_grpc.Isol8ServiceStub(self._channel)
        if self._loop is not loop:
            raise RuntimeError("this client belongs to another event loop: make one in each")
        return getattr(self._stub, method)


async def ended(call: Any) -> grpc.aio.AioRpcError:
    """Gives how a call ended, once it has."""
    metadata = await call.initial_metadata(), await call.trailing_metadata()
    return grpc.aio.AioRpcError(await call.code(), *metadata, await call.details())
