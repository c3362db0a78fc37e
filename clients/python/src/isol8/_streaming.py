"""What both faces keep about a stream while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from ._file_operations import CHUNK_BYTES
from ._write import bytes_of
from .errors import ConnectionLostError
from .events import ExecutionEvent, ExitEvent, StartedEvent
from .result import Result


class Progress:
    """How far a stream has come."""

    def __init__(self, request: Any) -> None:
        """Begins with what was asked for."""
        self.execution_id: Optional[str] = None
        self.input_offset = len(request.stdin)
        """How many bytes of input the server has."""
        self._begun = False
        self._result: Optional[Result] = None

    @property
    def result(self) -> Result:
        """The result, once it has come."""
        if self._result is None:
            raise RuntimeError("there is no result yet: read the events to their end, or wait()")
        return self._result

    @property
    def finished(self) -> bool:
        """Whether the result has come."""
        return self._result is not None

    def begin(self) -> None:
        """Notes that somebody reads; events come once."""
        if self._begun:
            raise RuntimeError("the events of a stream can be read once")
        self._begun = True

    def take(self, event: ExecutionEvent) -> None:
        """Notes what an event says."""
        if isinstance(event, StartedEvent):
            self.execution_id = event.execution_id
        elif isinstance(event, ExitEvent):
            self._result = event.result

    def broken(self) -> ConnectionLostError:
        """Makes the error for a stream that ended without a result."""
        return ConnectionLostError(
            "the stream ended without a result: it is not known how the execution went",
            code="UNAVAILABLE",
            execution_id=self.execution_id,
        )


def input_pieces(data: Any, end: bool) -> Iterator[tuple[bytes, bool]]:
    """Cuts input into what fits into a call each; with `end`, the last one says so."""
    whole = bytes_of(data)
    if not whole:
        yield b"", end
    for start in range(0, len(whole), CHUNK_BYTES):
        piece = whole[start : start + CHUNK_BYTES]
        yield piece, end and start + CHUNK_BYTES >= len(whole)
