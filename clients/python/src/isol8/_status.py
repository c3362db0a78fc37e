"""Reads a gRPC status into the error that it is."""

from __future__ import annotations

from typing import Any, Optional

from google.rpc import error_details_pb2, status_pb2

from . import errors
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

# For statuses that no isol8 server made: what they mean, and what to do.
_ADVICE = {
    "UNAVAILABLE": "no answer came, and it is not known what was started: see that the server runs "
    "and is reached at this address, and do not send code again blindly",
    "DEADLINE_EXCEEDED": "the call did not end within its deadline, and what it ran is cancelled: "
    "give it a longer `deadline`",
    "CANCELLED": "the call was cancelled, and with it what it ran",
    "RESOURCE_EXHAUSTED": "a message is too large: send less, or read output and files with "
    "execute_stream, which has them in pieces",
    "UNIMPLEMENTED": "what answers there does not know this call: see that it is an isol8 server "
    "of this version",
    "UNAUTHENTICATED": "the call was not let through: see the API key",
    "PERMISSION_DENIED": "the call was not let through: see the API key",
}


def error_from(call: Any, target: str) -> errors.Isol8Error:
    """Makes the error of a call that failed.

    `call` has the methods of a finished grpc.Call; `target` is where it went.
    """
    code: str = call.code().name
    text: str = call.details() or ""
    fields = _details_of(call)
    known = "reason" in fields
    if not known and _broke(code, text):
        code = "UNAVAILABLE"
    cls = _CLASSES.get(code, errors.InternalError)
    if not known:
        if cls is errors.UnavailableError:
            cls = errors.ConnectionLostError
        advice = _ADVICE.get(code, "the server, or something before it, failed")
        text = f"{target}: {advice} ({text or code})"
    return cls(text, code=code, execution_id=id_in(call.initial_metadata()), **fields)


def id_in(metadata: Any) -> Optional[str]:
    """Finds the execution's id in initial metadata."""
    for key, value in metadata or ():
        if key == ID_METADATA:
            return str(value)
    return None


def _broke(code: str, text: str) -> bool:
    """Whether it is gRPC's word for a connection that broke in the middle."""
    return code in ("INTERNAL", "UNKNOWN") and (
        text.startswith("Received RST_STREAM") or text.startswith("Stream removed")
    )


def _details_of(call: Any) -> dict[str, Any]:
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
    return fields


def _info(message: Any) -> dict[str, Any]:
    return {"reason": message.reason, "metadata": dict(message.metadata)}


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
