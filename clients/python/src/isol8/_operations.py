"""Every call that is answered at once: its message, and how its answer is read.

Said once for both faces, which differ only in how they wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Generic, Optional, TypeVar, Union

from ._convert import create_session_request, result_of
from ._read import read, read_all
from ._signals import signal_number
from ._write import build, fill, refuse
from .policy import Policy, ResolvedPolicy, Seconds
from .result import Result
from .server import ServerInfo
from .session_info import SessionInfo, SessionOutput, SessionUsage
from .v1 import execution_pb2, policy_pb2, service_pb2, session_pb2

T = TypeVar("T")


@dataclass(frozen=True)
class Operation(Generic[T]):
    """A call with one answer."""

    method: str
    request: Any
    read: Callable[[Any], T]


Page = tuple[list[T], str]
"""A page of a list, and the token of the next one; empty on the last."""


def _nothing(_response: Any) -> None:
    return None


def _session(response: Any) -> SessionInfo:
    return read(SessionInfo, response.session)


def execute(request: Any) -> Operation[Result]:
    """Runs a program to its end."""
    return Operation("Execute", request, result_of)


def cancel_execution(execution_id: str) -> Operation[None]:
    """Ends an execution."""
    request = build(execution_pb2.CancelExecutionRequest, {"execution_id": execution_id})
    return Operation("CancelExecution", request, _nothing)


def send_input(execution_id: str, data: Any, offset: int, end: bool) -> Operation[int]:
    """Brings standard input; gives the offset that was reached."""
    values = {"execution_id": execution_id, "data": data, "offset": offset, "end": end}
    request = build(execution_pb2.SendInputRequest, values)
    return Operation("SendInput", request, lambda response: int(response.offset))


def send_signal(execution_id: str, signal: Union[int, str]) -> Operation[None]:
    """Sends a signal to the program."""
    values = {"execution_id": execution_id, "signal": signal_number(signal)}
    return Operation("SendSignal", build(execution_pb2.SendSignalRequest, values), _nothing)


def server_info() -> Operation[ServerInfo]:
    """Tells what the server is."""
    request = service_pb2.GetServerInfoRequest()
    return Operation("GetServerInfo", request, lambda response: read(ServerInfo, response))


def resolve_policy(
    runtime: str, policy: Union[Policy, Mapping[str, Any], None], image: Optional[str]
) -> Operation[ResolvedPolicy]:
    """Tries a policy."""
    values = {"runtime": runtime, "policy": policy, "image": image}
    request = build(service_pb2.ResolvePolicyRequest, values)
    return Operation("ResolvePolicy", request, lambda response: read(ResolvedPolicy, response))


def create_session(
    options: Mapping[str, Any],
) -> Operation[tuple[SessionInfo, Optional[Result]]]:
    """Makes a session; gives it, and how its set-up went."""

    def created(response: Any) -> tuple[SessionInfo, Optional[Result]]:
        setup = result_of(response.setup) if response.HasField("setup") else None
        return _session(response), setup

    return Operation("CreateSession", create_session_request(options), created)


def get_session(session_id: str) -> Operation[SessionInfo]:
    """Describes a session."""
    request = build(session_pb2.GetSessionRequest, {"session_id": session_id})
    return Operation("GetSession", request, _session)


def list_sessions(
    labels: Optional[Mapping[str, str]],
    runtime: Optional[str],
    states: Sequence[str],
    page_size: int,
    page_token: str,
) -> Operation[Page[SessionInfo]]:
    """Lists one page of sessions."""
    values = {
        "labels": labels,
        "runtime": runtime,
        "states": states,
        "page_size": page_size,
        "page_token": page_token,
    }
    return Operation(
        "ListSessions",
        build(session_pb2.ListSessionsRequest, values),
        lambda page: (read_all(SessionInfo, page.sessions), page.next_page_token),
    )


def update_session(
    session_id: str,
    labels: Optional[Mapping[str, str]],
    expire_time: Optional[datetime],
    idle_timeout: Optional[Seconds],
    policy: Union[Policy, Mapping[str, Any], None],
) -> Operation[SessionInfo]:
    """Changes what is given."""
    given = {"labels": labels, "expire_time": expire_time, "idle_timeout": idle_timeout}
    mask = [name for name, value in given.items() if value is not None]
    request = session_pb2.UpdateSessionRequest()
    fill(request.session, {"session_id": session_id, **given}, "session")
    if policy is not None:
        wanted = policy_pb2.Policy()
        fill(wanted, policy, "policy")
        request.session.policy.limits.CopyFrom(wanted.limits)
        mask += [f"policy.limits.{field.name}" for field, _ in wanted.limits.ListFields()]
        # What else a policy has cannot be changed: the server says so.
        mask += [f"policy.{f.name}" for f, _ in wanted.ListFields() if f.name != "limits"]
    if not mask:
        raise refuse("update", "give what to change: labels, expire_time, idle_timeout or policy")
    request.update_mask.paths.extend(mask)
    return Operation("UpdateSession", request, _session)


def delete_session(session_id: str) -> Operation[None]:
    """Ends a session."""
    request = build(session_pb2.DeleteSessionRequest, {"session_id": session_id})
    return Operation("DeleteSession", request, _nothing)


def reset_context(session_id: str, context: str) -> Operation[None]:
    """Ends an interpreter."""
    values = {"session_id": session_id, "context": context}
    return Operation("ResetContext", build(session_pb2.ResetContextRequest, values), _nothing)


def session_usage(session_id: str) -> Operation[SessionUsage]:
    """Tells what a session holds."""
    request = build(session_pb2.GetSessionUsageRequest, {"session_id": session_id})
    return Operation("GetSessionUsage", request, lambda response: read(SessionUsage, response))


def read_output(
    session_id: str, execution_id: str, stdout_offset: int, stderr_offset: int
) -> Operation[SessionOutput]:
    """Reads what was left behind writes."""
    values = {
        "session_id": session_id,
        "execution_id": execution_id,
        "stdout_offset": stdout_offset,
        "stderr_offset": stderr_offset,
    }
    request = build(session_pb2.ReadSessionOutputRequest, values)
    return Operation("ReadSessionOutput", request, lambda response: read(SessionOutput, response))
