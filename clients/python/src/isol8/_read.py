"""Reads messages into dataclasses, by name.

What is read how follows from the message's own description: a Duration is a timedelta, an enum a
string without its prefix, a list a tuple, an unset field with presence None.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, Callable, TypeVar

from google.protobuf.descriptor import FieldDescriptor

from . import policy, result, server, session_info
from ._enums import namer
from ._times import datetime_of, timedelta_of

T = TypeVar("T")
Reader = Callable[[Any], Any]

# Messages inside of others; those at the top are named by who reads them.
_CLASSES: dict[str, type[Any]] = {
    "Limits": policy.EffectiveLimits,
    **{
        cls.__name__: cls
        for cls in (
            policy.EffectiveNetwork,
            policy.EffectivePolicy,
            policy.Isolation,
            policy.NetworkLayer,
            policy.NetworkRule,
            policy.PolicyViolation,
            result.Display,
            result.ErrorFrame,
            result.ExecutionError,
            result.MissingOutputPath,
            result.NetworkConnection,
            result.OutputFile,
            result.StreamStats,
            result.Timings,
            result.Usage,
            server.ContainerEngine,
            server.IsolationClass,
            server.Quota,
            server.Runtime,
            session_info.FileInfo,
            session_info.LeftOutput,
            session_info.SessionDisk,
            session_info.SessionProcess,
        )
    },
}

# Read even when unset: an empty one says the same.
_NEVER_NONE = {"FileInfo", "LeftOutput", "Limits", "StreamStats", "Timings", "Usage"}


def read(cls: type[T], message: Any) -> T:
    """Makes a dataclass of a message that has fields of the same names."""
    return cls(**values_of(cls, message))


def values_of(cls: Any, message: Any) -> dict[str, Any]:
    """Reads the fields of a message that a dataclass has too."""
    return {name: reader(message) for name, reader in _plan(cls, message.DESCRIPTOR)}


@cache
def _plan(cls: Any, descriptor: Any) -> tuple[tuple[str, Reader], ...]:
    described = descriptor.fields_by_name
    names = [field.name for field in fields(cls) if field.name in described]
    return tuple((name, _reader(described[name])) for name in names)


def _reader(field: Any) -> Reader:
    name: str = field.name
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        return lambda owner: dict(getattr(owner, name))
    convert = _converter(field)
    if is_repeated(field):
        return lambda owner: tuple(convert(item) for item in getattr(owner, name))
    if field.has_presence and not (message is not None and message.name in _NEVER_NONE):
        return lambda owner: convert(getattr(owner, name)) if owner.HasField(name) else None
    return lambda owner: convert(getattr(owner, name))


def _converter(field: Any) -> Reader:
    if field.message_type is not None:
        name = field.message_type.full_name
        if name == "google.protobuf.Duration":
            return timedelta_of
        if name == "google.protobuf.Timestamp":
            return datetime_of
        cls = _CLASSES[field.message_type.name]
        return lambda message: read(cls, message)
    if field.enum_type is not None:
        return namer(field.enum_type)
    return lambda value: value


def is_repeated(field: Any) -> bool:
    """Whether a field is a list; protobuf 7 asks otherwise than the first of 6."""
    try:
        return bool(field.is_repeated)
    except AttributeError:
        return bool(field.label == FieldDescriptor.LABEL_REPEATED)


def read_all(cls: type[T], messages: Any) -> list[T]:
    """Reads each of a list."""
    return [read(cls, message) for message in messages]
