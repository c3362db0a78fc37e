"""Reads a gRPC status into the error that it is."""

from __future__ import annotations

import re
from typing import Any, Optional

from google.rpc import error_details_pb2, status_pb2

from . import errors
from ._settings import Settings
from ._times import timedelta_of

ID_METADATA = "isol8-execution-id"
_DETAILS_TRAILER = "grpc-status-details-bin"

_CLASSES: dict[str, type[errors.Isol8Error]] = {
    "INVALID_ARGUMENT": errors.InvalidRequestError,
    "OUT_OF_RANGE": errors.InvalidRequestError,
    "UNAUTHENTICATED": errors.UnauthenticatedError,
    "PERMISSION_DENIED": errors.UnauthenticatedError,
    "NOT_FOUND": errors.NotFoundError,
    "ALREADY_EXISTS": errors.AlreadyExistsError,
    "FAILED_PRECONDITION": errors.PreconditionError,
    "RESOURCE_EXHAUSTED": errors.ResourceExhaustedError,
    "UNIMPLEMENTED": errors.UnimplementedError,
    "UNAVAILABLE": errors.UnavailableError,
    "DEADLINE_EXCEEDED": errors.DeadlineExceededError,
    "CANCELLED": errors.CancelledError,
}


def error_from(call: Any, settings: Settings, closed: bool) -> errors.Isol8Error:
    """Makes the error of a call that failed.

    `call` has the methods of a finished grpc.Call; `closed` is whether the client was closed.
    """
    code: str = call.code().name
    said: str = call.details() or ""
    fields = _details_of(call)
    lost = not fields and _was_lost(code, said, closed)
    cls = errors.ConnectionLostError if lost else _CLASSES.get(code, errors.InternalError)
    text = _advice(cls, said, fields.get("reason", ""), settings)
    return cls(text, code=code, execution_id=id_in(call.initial_metadata()), **fields)


def _was_lost(code: str, said: str, closed: bool) -> bool:
    """Whether nobody said this: the connection broke, or there never was one."""
    if code == "CANCELLED":
        return not closed
    broke = said.startswith("Received RST_STREAM") or said.startswith("Stream removed")
    return code == "UNAVAILABLE" or (code in ("INTERNAL", "UNKNOWN") and broke)


def _advice(cls: type[errors.Isol8Error], said: str, reason: str, settings: Settings) -> str:
    """Says what to do where the server does not."""
    target = settings.target
    if cls is errors.ConnectionLostError:
        if _UNREACHABLE.match(said):
            return (
                f"{target} cannot be reached ({said}): see that a server listens there, in "
                "plaintext or with TLS as this client was told, or set `address` or ISOL8_ADDRESS"
            )
        return f"the connection to {target} broke ({said}): it is not known whether the code ran"
    if cls is errors.DeadlineExceededError and not reason:
        return f"{target} did not answer within the deadline: give the call a longer `deadline`"
    if cls is errors.CancelledError and not reason:
        return "the client was closed under the call"
    if cls is errors.UnauthenticatedError:
        return f"{said}; here it is `api_key`, or ISOL8_API_KEY"
    if cls is errors.ResourceExhaustedError and not reason and "larger than max" in said:
        return f"{said}: the answer does not fit into one message; take a stream, or ask for less"
    return said or f"{target} answered with an error that says nothing"


_UNREACHABLE = re.compile(r"failed to connect|errors resolving|DNS resolution failed", re.I)


def id_in(metadata: Any) -> Optional[str]:
    """Finds the execution's id in initial metadata."""
    for key, value in metadata or ():
        if key == ID_METADATA:
            return str(value)
    return None


def _details_of(call: Any) -> dict[str, Any]:
    """Reads the details of isol8; a proxy's own say nothing about what was started."""
    status = status_pb2.Status()
    for key, value in call.trailing_metadata() or ():
        if key == _DETAILS_TRAILER:
            try:
                status.ParseFromString(value)
            except Exception:  # Garbage in a trailer is no reason to lose the status itself.
                return {}
    fields: dict[str, Any] = {}
    for packed in status.details:
        for kind, read in _READERS:
            message = kind()
            if packed.Is(kind.DESCRIPTOR) and packed.Unpack(message):
                fields.update(read(message))
    return fields if fields.pop("domain", None) == "isol8" else {}


def _info(message: Any) -> dict[str, Any]:
    known = {"reason": message.reason, "metadata": dict(message.metadata)}
    return {**known, "domain": message.domain}


def _bad_request(message: Any) -> dict[str, Any]:
    violations: list[errors.FieldViolation] = [
        errors.FieldViolation(v.field, v.description, v.reason) for v in message.field_violations
    ]
    return {"violations": violations}


def _preconditions(message: Any) -> dict[str, Any]:
    return {
        "preconditions": [
            errors.PreconditionViolation(v.type, v.subject, v.description)
            for v in message.violations
        ]
    }


def _quotas(message: Any) -> dict[str, Any]:
    return {"quotas": [errors.QuotaViolation(v.subject, v.description) for v in message.violations]}


def _resource(message: Any) -> dict[str, Any]:
    return {
        "resource": errors.Resource(
            message.resource_type, message.resource_name, message.description
        )
    }


def _retry(message: Any) -> dict[str, Any]:
    return {"retry_after": timedelta_of(message.retry_delay)}


_READERS: tuple[tuple[Any, Any], ...] = (
    (error_details_pb2.ErrorInfo, _info),
    (error_details_pb2.BadRequest, _bad_request),
    (error_details_pb2.PreconditionFailure, _preconditions),
    (error_details_pb2.QuotaFailure, _quotas),
    (error_details_pb2.ResourceInfo, _resource),
    (error_details_pb2.RetryInfo, _retry),
)
