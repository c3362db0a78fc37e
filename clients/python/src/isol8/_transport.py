"""The connection of the blocking client: makes calls, and turns what fails into our errors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Optional, TypeVar

import grpc

from ._operations import Operation
from ._settings import Settings, deadline_of
from ._status import error_from
from .errors import Isol8Error
from .policy import Seconds
from .v1 import service_pb2_grpc

T = TypeVar("T")


class Transport:
    """A channel. Threads may share it; processes may not."""

    def __init__(self, settings: Settings) -> None:
        """Connects when the first call is made."""
        self._settings = settings
        self._process = os.getpid()
        self._closed = False
        target, options = settings.target, list(settings.options)
        self._channel = (
            grpc.insecure_channel(target, options)
            if settings.credentials is None
            else grpc.secure_channel(target, settings.credentials, options)
        )
        self._stub = service_pb2_grpc.Isol8ServiceStub(self._channel)

    def close(self) -> None:
        """Ends every call that is under way."""
        self._closed = True
        # After a fork it is the parent's, and to close it here would wait for threads not here.
        if self._process == os.getpid():
            self._channel.close()

    def call(self, operation: Operation[T], deadline: Optional[Seconds] = None) -> T:
        """Makes a call and waits for its answer. Ctrl-C cancels it: gRPC drops the call then."""
        try:
            response = self._begin(operation.method, "__call__", operation.request, deadline)
        except grpc.RpcError as error:
            raise self.error_of(error) from None
        return operation.read(response)

    def stream(self, method: str, request: Any, deadline: Optional[Seconds]) -> Any:
        """Begins a call whose answer is a stream."""
        return self._begin(method, "__call__", request, deadline)

    def upload(self, method: str, messages: Iterator[Any], deadline: Optional[Seconds]) -> Any:
        """Begins a call whose request is a stream."""
        return self._begin(method, "future", messages, deadline)

    def result_of(self, call: Any) -> Any:
        """Waits for the answer of a call."""
        try:
            return call.result()
        except (grpc.RpcError, grpc.FutureCancelledError):
            raise self.error_of(call) from None
        except BaseException:
            call.cancel()
            raise

    def error_of(self, call: Any) -> Isol8Error:
        """Reads why a call failed."""
        return error_from(call, self._settings, self._closed)

    def _begin(self, method: str, how: str, request: Any, deadline: Optional[Seconds]) -> Any:
        timeout = deadline_of(deadline, self._settings.deadline)
        if self._closed:
            raise RuntimeError("this client is closed: make another one")
        if self._process != os.getpid():
            # gRPC's threads are not in this process: a call would never end.
            raise RuntimeError("this client was made before the process forked: make one in each")
        begin = getattr(getattr(self._stub, method), how)
        return begin(request, timeout=timeout, metadata=self._settings.metadata)
