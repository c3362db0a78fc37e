from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_RUNTIME: _ClassVar[ErrorReason]
    ERROR_REASON_POLICY_CEILING_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_ENFORCEABLE: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_IMPLEMENTED: _ClassVar[ErrorReason]
    ERROR_REASON_API_KEY_MISSING: _ClassVar[ErrorReason]
    ERROR_REASON_API_KEY_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_REQUEST_TOO_LARGE: _ClassVar[ErrorReason]
    ERROR_REASON_EXECUTION_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_QUEUE_FULL: _ClassVar[ErrorReason]
    ERROR_REASON_SERVER_DRAINING: _ClassVar[ErrorReason]
    ERROR_REASON_DOCKER_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_IMAGE_MISSING: _ClassVar[ErrorReason]
    ERROR_REASON_SANDBOX_START_FAILED: _ClassVar[ErrorReason]
    ERROR_REASON_CALL_ENDED: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_UNKNOWN_RUNTIME: ErrorReason
ERROR_REASON_POLICY_CEILING_EXCEEDED: ErrorReason
ERROR_REASON_NOT_ENFORCEABLE: ErrorReason
ERROR_REASON_NOT_IMPLEMENTED: ErrorReason
ERROR_REASON_API_KEY_MISSING: ErrorReason
ERROR_REASON_API_KEY_INVALID: ErrorReason
ERROR_REASON_REQUEST_TOO_LARGE: ErrorReason
ERROR_REASON_EXECUTION_NOT_FOUND: ErrorReason
ERROR_REASON_QUEUE_FULL: ErrorReason
ERROR_REASON_SERVER_DRAINING: ErrorReason
ERROR_REASON_DOCKER_UNAVAILABLE: ErrorReason
ERROR_REASON_IMAGE_MISSING: ErrorReason
ERROR_REASON_SANDBOX_START_FAILED: ErrorReason
ERROR_REASON_CALL_ENDED: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
