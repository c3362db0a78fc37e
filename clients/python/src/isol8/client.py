"""The blocking client."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from . import _operations as operations
from ._convert import execute_request
from ._settings import DEFAULT_MESSAGE_BYTES, Tls, settings_of
from ._streaming import input_pieces
from ._transport import Transport
from .execution import ExecutionStream
from .policy import Policy, ResolvedPolicy, Seconds
from .request import ExecuteOptions
from .result import Result
from .server import ServerInfo
from .session import Sessions

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Isol8:
    """A connection to an isol8 server. Threads may share it; each process makes its own."""

    sessions: Sessions

    def __init__(
        self,
        *,
        address: Optional[str] = None,
        api_key: Optional[str] = None,
        tls: Union[bool, Tls, None] = None,
        deadline: Optional[Seconds] = None,
        max_message_bytes: int = DEFAULT_MESSAGE_BYTES,
    ) -> None:
        """Connects when the first call is made.

        Args:
            address: `host:port`, `unix:/path`, `http://…` (plaintext) or `https://…` (TLS); by
                default ISOL8_ADDRESS, and without it 127.0.0.1:50051.
            api_key: by default ISOL8_API_KEY.
            tls: True for TLS with gRPC's own authorities, or a `Tls`; plaintext by default.
            deadline: of every call that has none of its own: seconds or a timedelta; by default
                calls may take as long as the server lets them.
            max_message_bytes: the largest answer that is taken; 4 MiB by default, which is what
                the server keeps to.
        """
        self._transport = Transport(settings_of(address, api_key, tls, deadline, max_message_bytes))
        self.sessions = Sessions(self._transport)

    def execute(
        self, *, deadline: Optional[Seconds] = None, **program: Unpack[ExecuteOptions]
    ) -> Result:
        """Runs a program to its end.

        Raises an `Isol8Error` for what could not be started. How the program ended is in the
        result; `result.check()` raises where that is no success.
        """
        return self._transport.call(operations.execute(execute_request(program)), deadline)

    def execute_stream(
        self, *, deadline: Optional[Seconds] = None, **program: Unpack[ExecuteOptions]
    ) -> ExecutionStream:
        """Runs a program and gives its events while they happen."""
        return ExecutionStream(self._transport, execute_request(program), deadline)

    def cancel_execution(self, execution_id: str, *, deadline: Optional[Seconds] = None) -> None:
        """Ends an execution and returns when nothing of it runs; one that ended is no error."""
        self._transport.call(operations.cancel_execution(execution_id), deadline)

    def send_input(
        self,
        execution_id: str,
        data: Union[str, bytes],
        *,
        offset: int = 0,
        end: bool = False,
        deadline: Optional[Seconds] = None,
    ) -> int:
        """Brings standard input; gives the offset after it.

        `offset` is how many bytes came before: what was taken already is not taken twice.
        `ExecutionStream.send_input` counts by itself. `deadline` is of each piece of 256 KiB.
        """
        for piece, last in input_pieces(data, end):
            operation = operations.send_input(execution_id, piece, offset, last)
            offset = self._transport.call(operation, deadline)
        return offset

    def send_signal(
        self, execution_id: str, signal: Union[int, str], *, deadline: Optional[Seconds] = None
    ) -> None:
        """Sends a signal to the program of an execution: a number or a name, `SIGTERM`."""
        self._transport.call(operations.send_signal(execution_id, signal), deadline)

    def resolve_policy(
        self,
        *,
        runtime: str,
        policy: Union[Policy, Mapping[str, Any], None] = None,
        image: Optional[str] = None,
        deadline: Optional[Seconds] = None,
    ) -> ResolvedPolicy:
        """Tells what policy a request would get, or what is wrong with it. Nothing is started."""
        return self._transport.call(operations.resolve_policy(runtime, policy, image), deadline)

    def server_info(self, *, deadline: Optional[Seconds] = None) -> ServerInfo:
        """Tells what the server is and can do."""
        return self._transport.call(operations.server_info(), deadline)

    def close(self) -> None:
        """Cancels what is under way and closes the connection."""
        self._transport.close()

    def __enter__(self) -> Isol8:
        """Gives itself."""
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Closes it."""
        self.close()

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled: a connection belongs to its process."""
        raise TypeError("an Isol8 client cannot be pickled: make one in each process")
