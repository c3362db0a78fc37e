"""Between proto JSON, which the cases are in, and what people write in Python: both ways, by name.

This is nobody's client: it takes what the package's own classes have, and knows nothing of its
insides.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import isol8
from google.protobuf.json_format import MessageToDict, ParseDict

# Messages inside of requests, as the package has them.
CLASSES: dict[str, Any] = {
    name: getattr(isol8, name)
    for name in ("CodeUrl", "InputFile", "Isolation", "Limits", "Network", "NetworkRule", "Policy")
}
DURATION, TIMESTAMP = "google.protobuf.Duration", "google.protobuf.Timestamp"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def options_of(kind: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments for a request in proto JSON."""
    return arguments_of(ParseDict(request, kind()))


def arguments_of(message: Any) -> dict[str, Any]:
    """What is set in a message, as Python has it."""
    arguments: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            arguments[field.name] = dict(value)
        elif field.is_repeated:
            arguments[field.name] = [value_of(field, item) for item in value]
        else:
            arguments[field.name] = value_of(field, value)
    return arguments


def value_of(field: Any, value: Any) -> Any:
    """One value, as Python has it."""
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name[len(prefix_of(field.enum_type)) :]
    if field.message_type is None:
        return value
    if field.message_type.full_name == DURATION:
        return timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    if field.message_type.full_name == TIMESTAMP:
        return EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    arguments = arguments_of(value)
    if field.message_type.name == "InputFile":
        # JSON leaves out what is empty.
        arguments = {"path": "", "content": b"", **arguments}
    return CLASSES[field.message_type.name](**arguments)


def json_of(kind: Any, value: object) -> dict[str, Any]:
    """Proto JSON for what the package gave: `kind` is the message that it stands for."""
    message = kind()
    fill(message, value)
    return MessageToDict(message)


def fill(message: Any, value: Any) -> None:
    """Fills a message from a dataclass or a dictionary."""
    names = [f.name for f in fields(value)] if is_dataclass(value) else list(value)
    described = message.DESCRIPTOR.fields_by_name
    for name in names:
        item = getattr(value, name) if is_dataclass(value) else value[name]
        field = described.get(name)
        if field is None or item is None:
            continue
        target = getattr(message, name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            target.update(item)
        elif field.is_repeated and field.message_type is not None:
            for each in item:
                fill(target.add(), each)
        elif field.is_repeated:
            target.extend(item)
        elif field.message_type is None:
            setattr(message, name, item if field.enum_type is None else number_of(field, item))
        elif field.message_type.full_name == DURATION:
            target.FromTimedelta(item)
            target.SetInParent()
        elif field.message_type.full_name == TIMESTAMP:
            target.FromDatetime(item)
        else:
            fill(target, item)


def number_of(field: Any, name: str) -> int:
    """The number of an enum's name without prefix."""
    return int(field.enum_type.values_by_name[prefix_of(field.enum_type) + name].number)


def prefix_of(enum: Any) -> str:
    """What all names of an enum begin with."""
    first: str = enum.values_by_number[0].name
    return first[: -len("UNSPECIFIED")]


def result_fields(result: isol8.Result) -> dict[str, Any]:
    """A result with its bytes where the contract has them: only where the text is not exact."""
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    for name in ("stdout", "stderr"):
        exact = values.pop(f"{name}_bytes")
        if exact != values[name].encode():
            values[f"{name}_raw"] = exact
    return values


def event_fields(event: isol8.ExecutionEvent) -> dict[str, Any]:
    """An event as the contract has it."""
    body: Any = event
    kind: str = event.type
    if isinstance(event, (isol8.StdoutEvent, isol8.StderrEvent)):
        body = {"stream": event.type.upper(), "data": event.bytes}
        if event.data.encode() == event.bytes:
            body = {"stream": event.type.upper(), "text": event.data}
        kind = "output"
    elif isinstance(event, isol8.ExitEvent):
        body, kind = result_fields(event.result), "finished"
    elif isinstance(event, isol8.DisplayEvent):
        body = event.display
    elif isinstance(event, isol8.NetworkEvent):
        body = event.connection
    return {"sequence": event.sequence, "event_time": event.time, kind: body}


def refusal_of(error: isol8.Isol8Error) -> dict[str, Any]:
    """An error as the suite compares it."""
    return {
        "code": error.code,
        "reason": error.reason,
        "message": error.message,
        "fields": [violation.field for violation in error.violations],
    }
