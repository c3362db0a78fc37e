"""What a server tells about sessions and their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Optional

from .policy import EffectivePolicy


@dataclass(frozen=True)
class SessionInfo:
    """A session, as the server described it."""

    session_id: str
    runtime: str
    state: str
    """`STARTING`, `READY`, `ENDING` or `ENDED`."""
    policy: Optional[EffectivePolicy]
    labels: Mapping[str, str]
    create_time: Optional[datetime]
    expire_time: Optional[datetime]
    """When it ends, whatever happens."""
    idle_timeout: Optional[timedelta]
    """It ends when nothing used it for this long."""
    last_used_time: Optional[datetime]
    executions: int
    """How many it has had."""
    contexts: tuple[str, ...]
    """Names of the interpreters that live in it."""
    policy_digest: str
    running_executions: int
    end_reason: str
    """Why it has ended; empty while it has not."""


@dataclass(frozen=True)
class SessionDisk:
    """A file system in memory."""

    path: str
    """`/sandbox`, `/tmp` or `/dev/shm`."""
    size_bytes: int
    used_bytes: int


@dataclass(frozen=True)
class SessionProcess:
    """A process of a session."""

    pid: int
    parent_pid: int
    execution_id: str
    """The execution that started it; empty for what the session itself keeps ready."""
    context: str
    command: str
    """Its command line, as the process has it now."""
    start_time: Optional[datetime]
    cpu: Optional[timedelta]
    """Processor time, user and system."""
    memory_bytes: int
    threads: int


@dataclass(frozen=True)
class SessionUsage:
    """What a session holds now, from the kernel."""

    memory_bytes: Optional[int]
    """None where it cannot be measured."""
    disks: tuple[SessionDisk, ...]
    processes: tuple[SessionProcess, ...]
    """Oldest first; 1,000 at most."""


@dataclass(frozen=True)
class LeftOutput:
    """A stretch of what processes wrote that an execution left behind."""

    text: str
    next_offset: int
    dropped_bytes: int
    """Bytes before the text that are kept no more."""


@dataclass(frozen=True)
class SessionOutput:
    """What processes wrote that an execution left behind. 64 KiB of each stream are kept."""

    stdout: LeftOutput
    stderr: LeftOutput
    open: bool
    """Whether any of them still holds one of the streams open."""


@dataclass(frozen=True)
class FileInfo:
    """A file of a session."""

    path: str
    """Relative to /sandbox."""
    type: str
    """`REGULAR`, `DIRECTORY`, `SYMLINK` or `OTHER`."""
    size_bytes: int
    mode: int
    """Permission bits."""
    modify_time: Optional[datetime]


@dataclass(frozen=True)
class WrittenFile:
    """What was written."""

    file: FileInfo
    """The file, or the directory of a tar archive."""
    sha256: str
    """Of what was sent, lower-case hex."""
    entries: int
    """Entries of a tar archive; 0 for a file."""
