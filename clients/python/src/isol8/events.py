"""What happens in an execution, as a stream tells it. Each kind has a `type` of its own."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Optional, Union

from .policy import EffectivePolicy
from .result import Display, NetworkConnection, Result


@dataclass(frozen=True)
class Event:
    """What every event has."""

    sequence: int
    """From 1 on, without holes."""
    time: datetime
    """When it happened."""


@dataclass(frozen=True)
class StartedEvent(Event):
    """A sandbox is there; from here on there is always a result."""

    execution_id: str
    session_id: str
    effective_policy: Optional[EffectivePolicy]
    policy_digest: str
    queued: Optional[timedelta]
    """How long it waited for a place."""
    type: Literal["started"] = "started"


@dataclass(frozen=True)
class QueuedEvent(Event):
    """It waits for a place."""

    position: int
    """1 is the next to get one."""
    type: Literal["queued"] = "queued"


@dataclass(frozen=True)
class PhaseEvent(Event):
    """A phase begins."""

    phase: str
    """`INSTALL`, `SETUP` or `RUN`."""
    type: Literal["phase"] = "phase"


@dataclass(frozen=True)
class StdoutEvent(Event):
    """A piece of standard output."""

    data: str
    """As text: whole characters, undecodable bytes as U+FFFD."""
    bytes: builtins.bytes = field(repr=False)
    """As it was written."""
    type: Literal["stdout"] = "stdout"


@dataclass(frozen=True)
class StderrEvent(Event):
    """A piece of standard error."""

    data: str
    """As text: whole characters, undecodable bytes as U+FFFD."""
    bytes: builtins.bytes = field(repr=False)
    """As it was written."""
    type: Literal["stderr"] = "stderr"


@dataclass(frozen=True)
class DisplayEvent(Event):
    """A rich result of a context."""

    display: Display
    type: Literal["display"] = "display"


@dataclass(frozen=True)
class NetworkEvent(Event):
    """A connection, when the policy asked for it. Not sent by isol8 0.1.0."""

    connection: NetworkConnection
    type: Literal["network"] = "network"


@dataclass(frozen=True)
class FileEvent(Event):
    """A piece of an output file. Files come one after the other and may have any size."""

    path: str
    """Relative to /sandbox."""
    mode: int
    """Permission bits."""
    chunk: builtins.bytes = field(repr=False)
    last: bool
    """Whether it is the file's last piece."""
    sha256: str
    """Of the whole file, lower-case hex; empty before the last piece."""
    type: Literal["file"] = "file"


@dataclass(frozen=True)
class GapEvent(Event):
    """Events that are kept no more. Not sent by isol8 0.1.0."""

    from_: int
    """The first sequence that is missing."""
    to: int
    """The last."""
    bytes: int
    """Bytes of output and files in them."""
    type: Literal["gap"] = "gap"


@dataclass(frozen=True)
class ExitEvent(Event):
    """The result; the last event."""

    exit_code: Optional[int]
    outcome: str
    result: Result
    type: Literal["exit"] = "exit"


@dataclass(frozen=True)
class UnrecognizedEvent(Event):
    """An event of a newer server that this client does not know."""

    type: Literal["unrecognized"] = "unrecognized"


ExecutionEvent = Union[
    StartedEvent,
    QueuedEvent,
    PhaseEvent,
    StdoutEvent,
    StderrEvent,
    DisplayEvent,
    NetworkEvent,
    FileEvent,
    GapEvent,
    ExitEvent,
    UnrecognizedEvent,
]
"""Any of them."""
