"""Fills messages from keyword arguments, dataclasses and dictionaries, by name.

What cannot be sent is refused here, with the field's name; what is sent is judged by the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor

from ._enums import number_of
from ._read import is_repeated
from ._times import fill_duration, fill_timestamp
from .errors import FieldViolation, InvalidRequestError

M = TypeVar("M")

_INTEGERS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
}


def refuse(field: str, description: str) -> InvalidRequestError:
    """Makes the error for a field that cannot be sent."""
    return InvalidRequestError(
        f"{field}: {description}",
        code="INVALID_ARGUMENT",
        violations=[FieldViolation(field, description, "INVALID_FIELD")],
    )


def build(cls: type[M], values: Mapping[str, Any]) -> M:
    """Makes a message; a value that is None is not set."""
    message = cls()
    _fill(message, values.items(), "")
    return message


def fill(message: Any, value: Any, path: str) -> None:
    """Fills a message from a dataclass or a dictionary; `path` names it in errors."""
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, Any]] = value.items()
    elif is_dataclass(value) and not isinstance(value, type):
        items = [(field.name, getattr(value, field.name)) for field in fields(value)]
    else:
        kind = message.DESCRIPTOR.name
        raise refuse(path, f"must be a {kind} or a dictionary, not {type(value).__name__}")
    # An empty one is not the same as none.
    message.SetInParent()
    _fill(message, items, path + ".")


def _fill(message: Any, items: Iterable[tuple[str, Any]], prefix: str) -> None:
    described = message.DESCRIPTOR.fields_by_name
    for name, value in items:
        path = f"{prefix}{name}"
        field = described.get(name)
        if field is None:
            raise refuse(path, f"there is no such field; there are: {', '.join(described)}")
        if value is None:
            continue
        oneof = field.containing_oneof
        if oneof is not None and message.WhichOneof(oneof.name) not in (None, name):
            other = message.WhichOneof(oneof.name)
            raise refuse(path, f"cannot be together with {other}: give one of them")
        try:
            _set(message, field, value, path)
        except (TypeError, ValueError) as error:
            if isinstance(error, InvalidRequestError):
                raise
            raise refuse(path, str(error)) from None


def _set(message: Any, field: Any, value: Any, path: str) -> None:
    name: str = field.name
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        _set_map(getattr(message, name), value)
    elif is_repeated(field):
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            raise ValueError(f"must be a list, not {type(value).__name__}")
        target = getattr(message, name)
        for i, item in enumerate(value):
            if kind is not None:
                fill(target.add(), item, f"{path}[{i}]")
            else:
                target.append(_scalar(field, item))
    elif kind is None:
        setattr(message, name, _scalar(field, value))
    elif kind.full_name == "google.protobuf.Duration":
        target = getattr(message, name)
        target.SetInParent()
        fill_duration(target, value)
    elif kind.full_name == "google.protobuf.Timestamp":
        target = getattr(message, name)
        target.SetInParent()
        fill_timestamp(target, value)
    else:
        fill(getattr(message, name), value, path)


def _set_map(target: Any, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a dictionary of strings, not {type(value).__name__}")
    for key, text in value.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise ValueError(f"must be a dictionary of strings; {key!r} is not, or its value")
        target[_text(key)] = _text(text)


def _scalar(field: Any, value: Any) -> Any:
    kind = field.type
    if kind == FieldDescriptor.TYPE_STRING:
        return _text(value)
    if kind == FieldDescriptor.TYPE_BYTES:
        return bytes_of(value)
    if kind == FieldDescriptor.TYPE_ENUM:
        return number_of(field.enum_type, value)
    if kind == FieldDescriptor.TYPE_BOOL:
        if not isinstance(value, bool):
            raise ValueError(f"must be True or False, not {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"must be a number, not {type(value).__name__}")
    if kind not in _INTEGERS:
        return value
    least, most = _INTEGERS[kind]
    if not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"must be a whole number from {least} to {most}, not {value}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"is no valid text at character {error.start}: lone surrogate") from None
    return value


def bytes_of(value: Any) -> bytes:
    """Gives bytes as they are, and text as UTF-8."""
    if isinstance(value, str):
        return _text(value).encode()
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise ValueError(f"must be a string or bytes, not {type(value).__name__}")
    return bytes(value)
