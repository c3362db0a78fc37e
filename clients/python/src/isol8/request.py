"""What can be asked for: the keyword arguments of every method that runs code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, Union

from .policy import Policy, Seconds

StdinMode = Literal["CLOSED", "BYTES", "INTERACTIVE"]
OnDisconnect = Literal["CANCEL", "DETACH"]


@dataclass(frozen=True)
class InputFile:
    """A file that is written before the program starts."""

    path: str
    """Relative to /sandbox, or absolute below it. Parents are made."""
    content: Union[str, bytes] = field(repr=False)
    mode: int = 0
    """Permission bits; 0644 when 0."""


@dataclass(frozen=True)
class CodeUrl:
    """A program that the server fetches. isol8 0.1.0 refuses it."""

    url: str
    sha256: str = ""


Files = Union[Mapping[str, Union[str, bytes]], Iterable[Union[InputFile, Mapping[str, Any]]]]
"""Path -> content, or a list of `InputFile`s."""


class CellOptions(TypedDict, total=False):
    """What code in a context needs."""

    env: Mapping[str, str]
    """Environment variables."""
    stdin: Union[str, bytes]
    """Standard input; its end is the end of file."""
    stdin_mode: StdinMode
    """`INTERACTIVE` keeps it open for `send_input`."""
    working_directory: str
    """Where the program starts: in /sandbox."""
    files: Files
    """Written before."""
    output_paths: Sequence[str]
    """Names or globs to give back afterwards."""
    setup_script: str
    """A bash script to run before; when it fails: `SETUP_FAILED`."""
    packages: Sequence[str]
    """Installed before; isol8 0.1.0 refuses them."""
    secrets: Mapping[str, str]
    """More environment variables, whose values become `***` in all text that comes back."""
    policy: Union[Policy, Mapping[str, Any]]
    """What holds for it; the server's defaults when not given."""
    request_id: str
    """The caller's idempotency key; isol8 0.1.0 refuses it."""
    image: str
    """Another image for this runtime; isol8 0.1.0 refuses it."""
    labels: Mapping[str, str]
    """For the server's log."""
    on_disconnect: OnDisconnect
    """What happens when the call ends first; `CANCEL` when not given."""


class SessionProgramOptions(CellOptions, total=False):
    """A program in a session; exactly one of `code`, `command` and `code_url`."""

    code: str
    """A program in the runtime's language."""
    command: str
    """A line for `bash -c`."""
    code_url: Union[CodeUrl, Mapping[str, Any]]
    """A program that the server fetches; isol8 0.1.0 refuses it."""
    arguments: Sequence[str]
    """What follows the program in its argv."""

    runtime: str
    """The session's when not given."""
    context: str
    """Runs `code` in the session's interpreter of this name, whose variables live on."""


class ExecuteOptions(SessionProgramOptions, total=False):
    """A program in a sandbox of its own, or in a session."""

    session_id: str
    """Runs in this session."""
    create_session_if_missing: bool
    """Makes the session with this request's `runtime` and `policy` when there is none."""


class SessionOptions(TypedDict, total=False):
    """A new session."""

    session_id: str
    """The caller's name for it; the server makes one when not given."""
    runtime: str
    image: str
    """Another image for this runtime; isol8 0.1.0 refuses it."""
    policy: Union[Policy, Mapping[str, Any]]
    labels: Mapping[str, str]
    lifetime: Seconds
    """How long it lives; 1 hour when not given."""
    idle_timeout: Seconds
    """It ends when nothing used it for this long; 10 minutes when not given."""
    packages: Sequence[str]
    """Installed first; isol8 0.1.0 refuses them."""
    setup_script: str
    """A bash script to run first."""
    files: Files
    """Written first."""
