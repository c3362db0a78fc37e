"""Requests, results and events, between their messages and this package's own forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

from . import events
from ._read import read, values_of
from ._times import datetime_of
from ._write import build, refuse
from .result import Display, NetworkConnection, Result
from .v1 import execution_pb2, session_pb2


def execute_request(options: Mapping[str, Any], **fixed: Optional[str]) -> Any:
    """Makes an ExecuteRequest of keyword arguments, and of what a session or context fixes."""
    for name in fixed:
        if name in options:
            raise refuse(name, "belongs to what this is called on, and is not given here")
    if "timeout" in options:
        raise refuse(
            "timeout",
            "there is no such field: policy=Policy(limits=Limits(timeout=…)) limits the program, "
            "deadline=… the call",
        )
    return build(execution_pb2.ExecuteRequest, {**_with_files(options), **fixed})


def create_session_request(options: Mapping[str, Any]) -> Any:
    """Makes a CreateSessionRequest of keyword arguments."""
    return build(session_pb2.CreateSessionRequest, _with_files(options))


def _with_files(options: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(options)
    files = values.get("files")
    if isinstance(files, Mapping):
        values["files"] = [{"path": path, "content": content} for path, content in files.items()]
    return values


def result_of(message: Any) -> Result:
    """Reads an ExecuteResponse."""
    return Result(
        stdout_bytes=message.stdout_raw or message.stdout.encode(),
        stderr_bytes=message.stderr_raw or message.stderr.encode(),
        **values_of(Result, message),
    )


def event_of(message: Any) -> events.ExecutionEvent:
    """Reads an ExecutionEvent; one that this client does not know is an UnrecognizedEvent."""
    every: dict[str, Any] = {"sequence": message.sequence, "time": datetime_of(message.event_time)}
    kind = message.WhichOneof("event")
    if kind not in _EVENTS:
        return events.UnrecognizedEvent(**every)
    event: events.ExecutionEvent = _EVENTS[kind](getattr(message, kind), every)
    return event


Maker = Callable[[Any, dict[str, Any]], Any]


def _read_as(cls: Any) -> Maker:
    return lambda message, every: cls(**every, **values_of(cls, message))


_STREAMS: dict[Any, Callable[..., Union[events.StdoutEvent, events.StderrEvent]]] = {
    execution_pb2.OUTPUT_STREAM_STDOUT: events.StdoutEvent,
    execution_pb2.OUTPUT_STREAM_STDERR: events.StderrEvent,
}


def _output(message: Any, every: dict[str, Any]) -> events.ExecutionEvent:
    kind = message.WhichOneof("content")
    if message.stream not in _STREAMS or kind is None:
        return events.UnrecognizedEvent(**every)
    content: bytes = message.data if kind == "data" else message.text.encode()
    text: str = message.text if kind == "text" else content.decode("utf-8", "replace")
    event: events.ExecutionEvent = _STREAMS[message.stream](**every, data=text, bytes=content)
    return event


def _gap(message: Any, every: dict[str, Any]) -> events.ExecutionEvent:
    # A word of Python's own cannot be said in another way.
    first: int = getattr(message, "from")
    return events.GapEvent(**every, from_=first, to=message.to, bytes=message.bytes)


def _exit(message: Any, every: dict[str, Any]) -> events.ExecutionEvent:
    result = result_of(message)
    return events.ExitEvent(
        **every, exit_code=result.exit_code, outcome=result.outcome, result=result
    )


_EVENTS: dict[Optional[str], Maker] = {
    "started": _read_as(events.StartedEvent),
    "queued": _read_as(events.QueuedEvent),
    "phase": _read_as(events.PhaseEvent),
    "output": _output,
    "display": lambda message, every: events.DisplayEvent(**every, display=read(Display, message)),
    "network": lambda message, every: events.NetworkEvent(
        **every, connection=read(NetworkConnection, message)
    ),
    "file": _read_as(events.FileEvent),
    "gap": _gap,
    "finished": _exit,
}
