"""Each method of the contract, called as people call it. `face` waits, in the client's way."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Protocol

from isol8.v1 import execution_pb2, file_pb2, service_pb2, session_pb2
from python_forms import json_of, options_of, result_fields

Json = dict[str, Any]


class Face(Protocol):
    """What differs between the blocking client and that for asyncio."""

    client: Any

    async def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Gives what a method gives."""

    async def each(self, items: Any, take: Callable[[Any], None]) -> None:
        """Hands over each item of an iterable."""


async def call_method(
    face: Face, method: str, request: Json, how: Json, on_event: Callable[[Any], None]
) -> Json:
    """Makes a call and gives its response as proto JSON; `how` has the deadline."""
    if method == "executeStream":
        options = options_of(execution_pb2.ExecuteRequest, request)
        await face.each(face.client.execute_stream(**options, **how), on_event)
        return {}
    response: Json = await METHODS[method](face, request, how)
    return response


async def execute(face: Face, request: Json, how: Json) -> Json:
    """Runs a program."""
    options = options_of(execution_pb2.ExecuteRequest, request)
    run = face.client.execute
    if "session_id" in options and "create_session_if_missing" not in options:
        # As people do, who have the session and its context.
        session = await in_session(face, options.pop("session_id"), how)
        context = options.pop("context", None)
        run = session.execute if context is None else session.context(context).execute
    result = await face.call(run, **options, **how)
    return json_of(execution_pb2.ExecuteResponse, result_fields(result))


async def cancel_execution(face: Face, request: Json, how: Json) -> Json:
    """Ends an execution."""
    options = options_of(execution_pb2.CancelExecutionRequest, request)
    await face.call(face.client.cancel_execution, **options, **how)
    return {}


async def send_input(face: Face, request: Json, how: Json) -> Json:
    """Brings standard input."""
    options = options_of(execution_pb2.SendInputRequest, request)
    offset = await face.call(face.client.send_input, **{"data": b"", **options}, **how)
    return json_of(execution_pb2.SendInputResponse, {"offset": offset})


async def send_signal(face: Face, request: Json, how: Json) -> Json:
    """Sends a signal."""
    options = options_of(execution_pb2.SendSignalRequest, request)
    await face.call(face.client.send_signal, **options, **how)
    return {}


async def create_session(face: Face, request: Json, how: Json) -> Json:
    """Makes a session."""
    options = options_of(session_pb2.CreateSessionRequest, request)
    session = await face.call(face.client.sessions.create, **options, **how)
    setup = None if session.setup is None else result_fields(session.setup)
    return json_of(session_pb2.CreateSessionResponse, {"session": session.info, "setup": setup})


async def get_session(face: Face, request: Json, how: Json) -> Json:
    """Describes a session."""
    session = await in_session(face, **options_of(session_pb2.GetSessionRequest, request), how=how)
    return json_of(session_pb2.GetSessionResponse, {"session": session.info})


async def list_sessions(face: Face, request: Json, how: Json) -> Json:
    """Lists sessions."""
    found: list[Any] = []
    options = options_of(session_pb2.ListSessionsRequest, request)
    await face.each(face.client.sessions.list(**options, **how), found.append)
    return {"sessions": [json_of(session_pb2.Session, session.info) for session in found]}


async def update_session(face: Face, request: Json, how: Json) -> Json:
    """Changes a session: the client makes the mask of what is given."""
    mask = request.pop("updateMask").split(",")
    given = request["session"]
    limits = given.pop("policy", {}).get("limits", {})
    named = {"limits": {name: limits[name] for name in limits if f"policy.limits.{name}" in mask}}
    options = options_of(session_pb2.Session, {k: v for k, v in given.items() if k in mask})
    if named["limits"]:
        options["policy"] = options_of(execution_pb2.ExecuteRequest, {"policy": named})["policy"]
    session = await in_session(face, given["sessionId"], how)
    info = await face.call(session.update, **options, **how)
    return json_of(session_pb2.UpdateSessionResponse, {"session": info})


async def delete_session(face: Face, request: Json, how: Json) -> Json:
    """Ends a session."""
    options = options_of(session_pb2.DeleteSessionRequest, request)
    await face.call(face.client.sessions.delete, **options, **how)
    return {}


async def reset_context(face: Face, request: Json, how: Json) -> Json:
    """Ends an interpreter."""
    session = await in_session(face, request["sessionId"], how)
    await face.call(session.context(request.get("context", "")).reset, **how)
    return {}


async def get_session_usage(face: Face, request: Json, how: Json) -> Json:
    """Tells what a session holds."""
    session = await in_session(face, request["sessionId"], how)
    return json_of(session_pb2.GetSessionUsageResponse, await face.call(session.usage, **how))


async def read_session_output(face: Face, request: Json, how: Json) -> Json:
    """Reads what was left behind writes."""
    options = options_of(session_pb2.ReadSessionOutputRequest, request)
    session = await in_session(face, options.pop("session_id"), how)
    output = await face.call(session.read_output, **options, **how)
    return json_of(session_pb2.ReadSessionOutputResponse, output)


async def write_file(face: Face, request: Json, how: Json) -> Json:
    """Writes a file or a tar archive."""
    content = base64.b64decode(request.pop("content"))
    options = options_of(file_pb2.WriteFileHeader, request)
    session = await in_session(face, options.pop("session_id"), how)
    write = session.files.write
    if options.pop("form", "FILE") == "TAR":
        write = session.files.upload_tar
    written = await face.call(write, options.pop("path"), content, **options, **how)
    return json_of(file_pb2.WriteFileResponse, written)


async def read_file(face: Face, request: Json, how: Json) -> Json:
    """Reads a file; what it is, the directory tells."""
    options = options_of(file_pb2.ReadFileRequest, request)
    session = await in_session(face, options.pop("session_id"), how)
    path = PurePosixPath(options.pop("path"))
    content = await face.call(session.files.read, str(path), **options, **how)
    found: list[Any] = []
    await face.each(session.files.list(str(path.parent), glob=path.name), found.append)
    # That the bytes are those of the server's digest is what the client has seen to.
    digest = hashlib.sha256(content).hexdigest()
    text = base64.b64encode(content).decode()
    return {"file": json_of(file_pb2.FileInfo, found[0]), "content": text, "sha256": digest}


async def list_files(face: Face, request: Json, how: Json) -> Json:
    """Lists files."""
    options = options_of(file_pb2.ListFilesRequest, request)
    session = await in_session(face, options.pop("session_id"), how)
    found: list[Any] = []
    await face.each(session.files.list(**options, **how), found.append)
    return {"files": [json_of(file_pb2.FileInfo, file) for file in found]}


async def make_directory(face: Face, request: Json, how: Json) -> Json:
    """Makes a directory."""
    options = options_of(file_pb2.MakeDirectoryRequest, request)
    session = await in_session(face, options.pop("session_id"), how)
    directory = await face.call(session.files.mkdir, **options, **how)
    return json_of(file_pb2.MakeDirectoryResponse, {"directory": directory})


async def remove_file(face: Face, request: Json, how: Json) -> Json:
    """Removes a file."""
    options = options_of(file_pb2.RemoveFileRequest, request)
    session = await in_session(face, options.pop("session_id"), how)
    await face.call(session.files.remove, **options, **how)
    return {}


async def resolve_policy(face: Face, request: Json, how: Json) -> Json:
    """Tries a policy."""
    options = options_of(service_pb2.ResolvePolicyRequest, request)
    resolved = await face.call(face.client.resolve_policy, **options, **how)
    return json_of(service_pb2.ResolvePolicyResponse, resolved)


async def get_server_info(face: Face, _request: Json, how: Json) -> Json:
    """Tells what the server is."""
    info = await face.call(face.client.server_info, **how)
    return json_of(service_pb2.GetServerInfoResponse, info)


async def in_session(face: Face, session_id: str, how: Json) -> Any:
    """Finds a session."""
    return await face.call(face.client.sessions.get, session_id, **how)


METHODS: dict[str, Callable[[Face, Json, Json], Any]] = {
    "execute": execute,
    "cancelExecution": cancel_execution,
    "sendInput": send_input,
    "sendSignal": send_signal,
    "createSession": create_session,
    "getSession": get_session,
    "listSessions": list_sessions,
    "updateSession": update_session,
    "deleteSession": delete_session,
    "resetContext": reset_context,
    "getSessionUsage": get_session_usage,
    "readSessionOutput": read_session_output,
    "writeFile": write_file,
    "readFile": read_file,
    "listFiles": list_files,
    "makeDirectory": make_directory,
    "removeFile": remove_file,
    "resolvePolicy": resolve_policy,
    "getServerInfo": get_server_info,
}
