"""A sandbox that stays, for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Generator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Optional,
    Union,
)

from .. import _operations as operations
from .._convert import execute_request
from ..policy import Policy, Seconds
from ..request import CellOptions, SessionOptions, SessionProgramOptions
from ..result import Result
from ..session_info import SessionInfo, SessionOutput, SessionUsage
from ._transport import AsyncTransport
from .execution import AsyncExecutionStream
from .files import AsyncFiles

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncSession:
    """A sandbox whose files, processes and interpreters live on. `async with` deletes it."""

    id: str
    info: SessionInfo
    """As the server described it last; `refresh` asks again."""
    setup: Optional[Result]
    """How the files and the set-up script of `create` went; None when there were none. Where it is
    not `ok`, the session has ended."""
    files: AsyncFiles

    def __init__(
        self, transport: AsyncTransport, info: SessionInfo, setup: Optional[Result] = None
    ) -> None:
        """Wraps a session that there is."""
        self._transport = transport
        self.id = info.session_id
        self.info = info
        self.setup = setup
        self.files = AsyncFiles(transport, self.id)

    def __repr__(self) -> str:
        """Names it."""
        return f"<AsyncSession {self.id}: {self.info.runtime}, {self.info.state}>"

    async def execute(
        self, *, deadline: Optional[Seconds] = None, **program: Unpack[SessionProgramOptions]
    ) -> Result:
        """Runs a program in the session to its end."""
        request = execute_request(program, session_id=self.id)
        return await self._transport.call(operations.execute(request), deadline)

    def execute_stream(
        self, *, deadline: Optional[Seconds] = None, **program: Unpack[SessionProgramOptions]
    ) -> AsyncExecutionStream:
        """Runs a program in the session and gives its events while they happen."""
        request = execute_request(program, session_id=self.id)
        return AsyncExecutionStream(self._transport, request, deadline)

    def context(self, name: str) -> AsyncContext:
        """Gives the session's interpreter of this name; it is started by its first program."""
        return AsyncContext(self._transport, self.id, name)

    async def refresh(self, *, deadline: Optional[Seconds] = None) -> SessionInfo:
        """Asks the server how it stands; `info` is that from now on."""
        self.info = await self._transport.call(operations.get_session(self.id), deadline)
        return self.info

    async def update(
        self,
        *,
        labels: Optional[Mapping[str, str]] = None,
        expire_time: Optional[datetime] = None,
        idle_timeout: Optional[Seconds] = None,
        policy: Union[Policy, Mapping[str, Any], None] = None,
        deadline: Optional[Seconds] = None,
    ) -> SessionInfo:
        """Changes what is given: the labels (all of them), the lease, or the policy's limits.

        `expire_time` is an aware datetime. A policy can only become narrower.
        """
        operation = operations.update_session(self.id, labels, expire_time, idle_timeout, policy)
        self.info = await self._transport.call(operation, deadline)
        return self.info

    async def usage(self, *, deadline: Optional[Seconds] = None) -> SessionUsage:
        """Tells its memory, disks and processes."""
        return await self._transport.call(operations.session_usage(self.id), deadline)

    async def read_output(
        self,
        execution_id: str,
        *,
        stdout_offset: int = 0,
        stderr_offset: int = 0,
        deadline: Optional[Seconds] = None,
    ) -> SessionOutput:
        """Reads what processes write that an execution left behind, from these offsets on."""
        operation = operations.read_output(self.id, execution_id, stdout_offset, stderr_offset)
        return await self._transport.call(operation, deadline)

    async def delete(self, *, deadline: Optional[Seconds] = None) -> None:
        """Ends it; one that is gone is no error."""
        await self._transport.call(operations.delete_session(self.id), deadline)

    async def __aenter__(self) -> AsyncSession:
        """Gives itself."""
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Deletes it."""
        await self.delete()


class AsyncContext:
    """An interpreter of a session, whose variables live on."""

    def __init__(self, transport: AsyncTransport, session_id: str, name: str) -> None:
        """Names it."""
        self._transport = transport
        self.session_id = session_id
        self.name = name

    async def execute(
        self, code: str, *, deadline: Optional[Seconds] = None, **more: Unpack[CellOptions]
    ) -> Result:
        """Runs code in it to its end."""
        request = execute_request(more, code=code, session_id=self.session_id, context=self.name)
        return await self._transport.call(operations.execute(request), deadline)

    def execute_stream(
        self, code: str, *, deadline: Optional[Seconds] = None, **more: Unpack[CellOptions]
    ) -> AsyncExecutionStream:
        """Runs code in it and gives its events while they happen."""
        request = execute_request(more, code=code, session_id=self.session_id, context=self.name)
        return AsyncExecutionStream(self._transport, request, deadline)

    async def reset(self, *, deadline: Optional[Seconds] = None) -> None:
        """Ends it with all that it started; the next program begins with nothing."""
        await self._transport.call(operations.reset_context(self.session_id, self.name), deadline)


class OpeningSession:
    """A session that is being made: `await` it, or enter it with `async with`."""

    def __init__(self, opening: Coroutine[Any, Any, AsyncSession]) -> None:
        """Waits to be awaited."""
        self._opening = opening
        self._session: Optional[AsyncSession] = None

    def __await__(self) -> Generator[Any, Any, AsyncSession]:
        """Gives the session."""
        return self._opening.__await__()

    async def __aenter__(self) -> AsyncSession:
        """Gives the session."""
        self._session = await self._opening
        return self._session

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Deletes it."""
        if self._session is not None:
            await self._session.delete()


class AsyncSessions:
    """The sessions of the caller."""

    def __init__(self, transport: AsyncTransport) -> None:
        """Uses a client's channel."""
        self._transport = transport

    def create(
        self, *, deadline: Optional[Seconds] = None, **session: Unpack[SessionOptions]
    ) -> OpeningSession:
        """Makes a session, to be awaited; as `async with` it deletes it at the end."""
        operation = operations.create_session(session)

        async def create() -> AsyncSession:
            info, setup = await self._transport.call(operation, deadline)
            return AsyncSession(self._transport, info, setup)

        return OpeningSession(create())

    async def get(self, session_id: str, *, deadline: Optional[Seconds] = None) -> AsyncSession:
        """Finds a session by its id."""
        info = await self._transport.call(operations.get_session(session_id), deadline)
        return AsyncSession(self._transport, info)

    async def list(
        self,
        *,
        labels: Optional[Mapping[str, str]] = None,
        runtime: Optional[str] = None,
        states: Sequence[str] = (),
        page_size: int = 0,
        deadline: Optional[Seconds] = None,
    ) -> AsyncIterator[AsyncSession]:
        """Gives all sessions that match, newest first; asked for page by page while they are read.

        Args:
            labels: only those with all of these.
            runtime: only those of this one.
            states: only those in one of these: `READY`, say.
            page_size: how many to ask for at a time; the server's choice when 0.
            deadline: of each page.
        """
        token = ""
        while True:
            operation = operations.list_sessions(labels, runtime, states, page_size, token)
            infos, token = await self._transport.call(operation, deadline)
            for info in infos:
                yield AsyncSession(self._transport, info)
            if not token:
                return

    async def delete(self, session_id: str, *, deadline: Optional[Seconds] = None) -> None:
        """Ends a session; one that is gone is no error."""
        await self._transport.call(operations.delete_session(session_id), deadline)
