"""What a call fails with: one class for each family of reasons.

Only what could not be started, or was not answered, is an error. A program that fails is a
`Result` whose `outcome` and `exit_code` say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from .result import Result


@dataclass(frozen=True)
class FieldViolation:
    """A field of the request that is wrong."""

    field: str
    """Its name: `policy.limits.timeout`."""
    description: str
    """What is wrong, one sentence."""
    reason: str = ""
    """A reason of its own: `POLICY_CEILING_EXCEEDED`."""


@dataclass(frozen=True)
class PreconditionViolation:
    """Something that does not hold on this server or in this session."""

    type: str
    subject: str
    description: str


@dataclass(frozen=True)
class QuotaViolation:
    """A limit that is reached."""

    subject: str
    description: str


@dataclass(frozen=True)
class Resource:
    """What is missing, or is there already."""

    type: str
    name: str
    description: str


class Isol8Error(Exception):
    """Everything that this package raises about a call; `str()` says what to do."""

    code: str
    """The gRPC status: `UNAVAILABLE`."""
    reason: str
    """Why, as docs/errors.md lists: `QUEUE_FULL`; empty when the error is not the server's own."""
    message: str
    """For people; what `str()` gives."""
    violations: tuple[FieldViolation, ...]
    preconditions: tuple[PreconditionViolation, ...]
    quotas: tuple[QuotaViolation, ...]
    resource: Optional[Resource]
    retry_after: Optional[timedelta]
    """When to try again, where the server says so."""
    metadata: Mapping[str, str]
    """Facts about the reason."""
    execution_id: Optional[str]
    """The execution that the call was about, where it is known."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "UNKNOWN",
        reason: str = "",
        violations: Sequence[FieldViolation] = (),
        preconditions: Sequence[PreconditionViolation] = (),
        quotas: Sequence[QuotaViolation] = (),
        resource: Optional[Resource] = None,
        retry_after: Optional[timedelta] = None,
        metadata: Optional[Mapping[str, str]] = None,
        execution_id: Optional[str] = None,
    ) -> None:
        """Makes one; what is not given is empty."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.violations = tuple(violations)
        self.preconditions = tuple(preconditions)
        self.quotas = tuple(quotas)
        self.resource = resource
        self.retry_after = retry_after
        self.metadata = dict(metadata or {})
        self.execution_id = execution_id


class InvalidRequestError(Isol8Error, ValueError):
    """The request is wrong; `violations` name the fields. Nothing was started.

    Also raised before anything is sent, for what cannot be sent at all.
    """


class UnauthenticatedError(Isol8Error):
    """The API key is missing, not valid, or may not do this."""


class NotFoundError(Isol8Error):
    """There is no such session, execution or file."""


class AlreadyExistsError(Isol8Error):
    """There is a session of this id already that is not what was asked for."""


class PreconditionError(Isol8Error):
    """It cannot be done as things are: on this server, with this file, with this execution."""


class ResourceExhaustedError(Isol8Error):
    """A limit is reached: of places, quotas, disks, or of the size of a message."""


class UnimplementedError(Isol8Error):
    """The server does not have this part of the contract."""


class UnavailableError(Isol8Error):
    """The server cannot take the call now. Nothing was started: it may be sent again."""


class ConnectionLostError(Isol8Error):
    """No answer came, or not all of it. It is not known what was started."""


class DeadlineExceededError(Isol8Error):
    """The call did not end within its deadline. What it ran was cancelled."""


class CancelledError(Isol8Error):
    """The call was cancelled, and with it what it ran."""


class InternalError(Isol8Error):
    """A fault of the server, or anything that no other class is for."""


class ExecutionFailedError(Isol8Error):
    """What `Result.check()` raises for a result that is not `ok`."""

    result: Result
    """All of it."""

    def __init__(self, message: str, result: Result) -> None:
        """Makes one for a result."""
        super().__init__(message, code="OK", execution_id=result.execution_id)
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with its result."""
        return (type(self), (self.message, self.result))
