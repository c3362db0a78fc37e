"""A server of a later isol8, or of nobody's: it says what no client knows. Prints its address."""

import hashlib
import io
import sys
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from isol8.v1 import execution_pb2, file_pb2, service_pb2_grpc, session_pb2

# Fields 99: a string in a result, and a kind of event.
UNKNOWN = b"\x9a\x06\x05later"


def event(**what: Any) -> execution_pb2.ExecuteStreamResponse:
    """Makes an event."""
    return execution_pb2.ExecuteStreamResponse(event=execution_pb2.ExecutionEvent(**what))


def result() -> execution_pb2.ExecuteResponse:
    """Makes a result with an outcome, a phase and a field of later."""
    response = execution_pb2.ExecuteResponse(execution_id="e", exit_code=0)
    response.outcome = response.phase = 99  # type: ignore[assignment]
    response.MergeFromString(UNKNOWN)
    return response


class Newer(service_pb2_grpc.Isol8ServiceServicer):
    """Answers by what the code says."""

    def Execute(self, request: Any, context: Any) -> Any:
        """Answers at once, or not at all."""
        while request.code == "silent" and context.is_active():
            time.sleep(0.1)
        return result()

    def ExecuteStream(self, request: Any, context: Any) -> Iterator[Any]:
        """Sends events."""
        context.send_initial_metadata([("isol8-execution-id", "e")])
        code = request.execute.code
        yield event(sequence=1, started=execution_pb2.ExecutionStarted(execution_id="e"))
        if code == "broken":
            return
        if code == "garbage":
            context.set_trailing_metadata([("grpc-status-details-bin", b"\xff\xff\xff")])
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "what was that")
        if code == "strange":
            context.abort(grpc.StatusCode.DATA_LOSS, "never seen")
        if code == "huge":
            text = "x" * (5 << 20)
            yield event(sequence=2, output=execution_pb2.ExecutionOutput(stream=1, text=text))  # type: ignore[arg-type]
        later = execution_pb2.ExecutionEvent(sequence=2)
        later.MergeFromString(UNKNOWN)
        yield execution_pb2.ExecuteStreamResponse(event=later)
        yield event(sequence=3, output=execution_pb2.ExecutionOutput(stream=9, text="third"))  # type: ignore[arg-type]
        yield event(sequence=4, finished=result())

    def GetSession(self, request: Any, context: Any) -> Any:
        """Has every session."""
        session = session_pb2.Session(session_id=request.session_id)
        return session_pb2.GetSessionResponse(session=session)

    def ReadFile(self, request: Any, context: Any) -> Iterator[Any]:
        """Sends an archive that wants out, or what is not whole."""
        content = hostile_archive() if request.path == "archive" else b"content"
        yield file_pb2.ReadFileResponse(file=file_pb2.FileInfo(path=request.path))
        yield file_pb2.ReadFileResponse(chunk=content)
        if request.path != "short":
            wrong = b"other" if request.path == "wrong" else b""
            yield file_pb2.ReadFileResponse(sha256=hashlib.sha256(content + wrong).hexdigest())


def hostile_archive() -> bytes:
    """An archive with every way out that there is, and one good file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, kind, target in (
            ("../up", tarfile.REGTYPE, ""),
            ("/tmp/isol8-absolute", tarfile.REGTYPE, ""),
            ("a/../../up", tarfile.REGTYPE, ""),
            ("link", tarfile.SYMTYPE, ".."),
            ("link/up", tarfile.REGTYPE, ""),
            ("hard", tarfile.LNKTYPE, "/etc/passwd"),
            ("device", tarfile.CHRTYPE, ""),
            ("good/file", tarfile.REGTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = kind, target, 0o4755
            entry.size = 4 if kind == tarfile.REGTYPE else 0
            archive.addfile(entry, io.BytesIO(b"evil") if entry.size else None)
    return file.getvalue()


server = grpc.server(ThreadPoolExecutor(max_workers=8))
service_pb2_grpc.add_Isol8ServiceServicer_to_server(Newer(), server)  # type: ignore[abstract]
print(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", flush=True)
server.start()
sys.stdin.read()
server.stop(None)
