"""How an execution went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Optional

from .errors import ExecutionFailedError
from .policy import EffectivePolicy


@dataclass(frozen=True)
class StreamStats:
    """Counts of one stream of the program, in bytes."""

    total_bytes: int = 0
    """What it wrote."""
    dropped_bytes: int = 0
    """What of that was not delivered."""
    truncated: bool = False
    """Whether anything was dropped."""


@dataclass(frozen=True)
class OutputFile:
    """A file that was given back."""

    path: str
    """Relative to /sandbox."""
    content: bytes = field(repr=False)
    mode: int
    """Permission bits."""
    sha256: str
    """Of the content, lower-case hex."""

    @property
    def text(self) -> str:
        """The content as UTF-8, undecodable bytes as U+FFFD."""
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True)
class MissingOutputPath:
    """An output path that was not given back."""

    path: str
    reason: str


@dataclass(frozen=True)
class Display:
    """A rich result of a context: a value, a figure, a table. It is the code's own word."""

    data: Mapping[str, bytes]
    """The same thing in several forms, by MIME type."""
    display_id: str
    """Names a display that a later one replaces; empty when nothing does."""
    context: str
    is_result: bool
    """Whether it is the value of the code's last expression."""

    @property
    def text(self) -> Optional[str]:
        """Its `text/plain` form; None without one."""
        plain = self.data.get("text/plain")
        return None if plain is None else plain.decode("utf-8", "replace")


@dataclass(frozen=True)
class Usage:
    """What the kernel counted; None where it cannot be measured."""

    cpu_user: Optional[timedelta]
    cpu_system: Optional[timedelta]
    peak_memory_bytes: Optional[int]
    peak_processes: Optional[int]
    oom_kills: Optional[int]
    """Processes killed for memory."""
    network_received_bytes: Optional[int]
    network_sent_bytes: Optional[int]
    scope: str
    """`EXECUTION`, or `SANDBOX` where others ran in it too."""


@dataclass(frozen=True)
class Timings:
    """How long each part took; None for a part that did not happen."""

    queued: Optional[timedelta]
    acquired: Optional[timedelta]
    """Getting a sandbox."""
    installed: Optional[timedelta]
    setup: Optional[timedelta]
    first_output: Optional[timedelta]
    """Start of the program to its first byte of output."""
    run: Optional[timedelta]
    total: Optional[timedelta]
    sandbox: str
    """Where the sandbox came from: `NEW`, `POOL`, `POOL_UPDATED`, `REUSED`, `SESSION`."""
    interpreter: str
    """`COLD` or `HOT`."""
    cold_reason: str
    """The field that only a fresh interpreter can honour; empty when it had booted."""


@dataclass(frozen=True)
class NetworkConnection:
    """A connection that was tried."""

    time: Optional[datetime]
    host: str
    port: int
    address: str
    allowed: bool
    reason: str
    received_bytes: int
    sent_bytes: int


@dataclass(frozen=True)
class ErrorFrame:
    """One place in a traceback."""

    file: str
    line: int
    """From 1 on; 0 where it is not known."""
    function: str
    source: str


@dataclass(frozen=True)
class ExecutionError:
    """An error that code in a context did not catch. It is the code's own word."""

    name: str
    """Its class: `ZeroDivisionError`."""
    message: str
    frames: tuple[ErrorFrame, ...]
    """Where it came from, the outermost first."""


@dataclass(frozen=True)
class Result:
    """How an execution went, with all its output.

    Of a stream (`ExecutionStream.result`), output, files and displays are empty: they came before.
    Its `repr` has what the program did, and not what it used nor what held for it.
    """

    execution_id: str
    session_id: str
    """Where it ran; empty for a sandbox of its own."""
    outcome: str
    """`EXITED`, `SIGNALED`, `TIMED_OUT`, `OUT_OF_MEMORY`, `OUTPUT_LIMIT_EXCEEDED`, `CANCELLED`,
    `SETUP_FAILED`, `SANDBOX_LOST`; one that a newer server has is `UNRECOGNIZED_<number>`."""
    exit_code: Optional[int]
    """For `EXITED`, and for `SETUP_FAILED` when the set-up script exited."""
    signal: Optional[int]
    """For every end by a signal."""
    phase: str
    """The phase that it ended in: `PREPARE`, `INSTALL`, `SETUP`, `RUN`."""
    message: str
    """One line for people where the outcome does not say enough; empty otherwise."""
    stdout: str
    """UTF-8, undecodable bytes as U+FFFD."""
    stderr: str
    stdout_bytes: bytes = field(repr=False)
    """Standard output, to the byte."""
    stderr_bytes: bytes = field(repr=False)
    stdout_stats: StreamStats = field(repr=False)
    stderr_stats: StreamStats = field(repr=False)
    files: tuple[OutputFile, ...]
    missing_output_paths: tuple[MissingOutputPath, ...]
    displays: tuple[Display, ...]
    usage: Usage = field(repr=False)
    timings: Timings = field(repr=False)
    network_log: tuple[NetworkConnection, ...] = field(repr=False)
    effective_policy: Optional[EffectivePolicy] = field(repr=False)
    policy_digest: str = field(repr=False)
    """SHA-256 of the effective policy, lower-case hex."""
    error: Optional[ExecutionError]
    """In a context: the error that the code did not catch."""
    context_ended: bool
    """In a context: whether its interpreter ended, and its variables are gone."""
    dropped_displays: int

    @property
    def ok(self) -> bool:
        """Whether the program exited with 0."""
        return self.outcome == "EXITED" and self.exit_code == 0

    @property
    def truncated(self) -> bool:
        """Whether any output was dropped."""
        return self.stdout_stats.truncated or self.stderr_stats.truncated

    @property
    def duration(self) -> timedelta:
        """How long the program ran; 0 when it did not."""
        return self.timings.run if self.timings.run is not None else timedelta(0)

    def check(self) -> Result:
        """Gives itself back when it is `ok`, and raises `ExecutionFailedError` otherwise."""
        if self.ok:
            return self
        raise ExecutionFailedError(self._failure(), self)

    raise_for_outcome = check

    def _failure(self) -> str:
        how = self.outcome
        if self.exit_code is not None:
            how += f" with {self.exit_code}"
        elif self.signal is not None:
            how += f" by signal {self.signal}"
        last = self.message or self.stderr.rstrip().split("\n")[-1]
        return f"the execution ended: {how}" + (f": {last}" if last else "")
