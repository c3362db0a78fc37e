"""Calls about the files of a session: their messages, and how their answers are read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Optional

from ._operations import Operation, Page
from ._read import read, read_all
from ._write import build, refuse
from .errors import ConnectionLostError, InternalError
from .session_info import FileInfo, WrittenFile
from .v1 import file_pb2

CHUNK_BYTES = 256 * 1024
"""How much goes into one message."""


def list_files(
    session_id: str,
    path: str,
    recursive: bool,
    glob: Optional[str],
    page_size: int,
    page_token: str,
) -> Operation[Page[FileInfo]]:
    """Lists one page of files."""
    values = {
        "session_id": session_id,
        "path": path,
        "recursive": recursive,
        "glob": glob,
        "page_size": page_size,
        "page_token": page_token,
    }
    return Operation(
        "ListFiles",
        build(file_pb2.ListFilesRequest, values),
        lambda page: (read_all(FileInfo, page.files), page.next_page_token),
    )


def make_directory(session_id: str, path: str, mode: int) -> Operation[FileInfo]:
    """Makes a directory."""
    values = {"session_id": session_id, "path": path, "mode": mode}
    request = build(file_pb2.MakeDirectoryRequest, values)
    return Operation("MakeDirectory", request, lambda response: read(FileInfo, response.directory))


def remove_file(session_id: str, path: str, recursive: bool) -> Operation[None]:
    """Removes a file or a directory."""
    values = {"session_id": session_id, "path": path, "recursive": recursive}
    return Operation("RemoveFile", build(file_pb2.RemoveFileRequest, values), lambda _: None)


def write_header(
    session_id: str, path: str, form: str, mode: int = 0, sha256: Optional[str] = None
) -> Any:
    """Makes the first message of WriteFile."""
    header: dict[str, Any] = {"session_id": session_id, "path": path, "form": form}
    header.update(mode=mode, sha256=sha256)
    return build(file_pb2.WriteFileRequest, {"header": header})


def write_chunks(data: bytes) -> Iterator[Any]:
    """Makes the messages for a piece of content of any size."""
    view = memoryview(data)
    for start in range(0, len(view), CHUNK_BYTES):
        yield file_pb2.WriteFileRequest(chunk=bytes(view[start : start + CHUNK_BYTES]))


def written(response: Any) -> WrittenFile:
    """Reads the answer of WriteFile."""
    return read(WrittenFile, response)


def read_request(
    session_id: str, path: str, form: str, offset: int = 0, length: Optional[int] = None
) -> Any:
    """Makes the message of ReadFile."""
    values = {"session_id": session_id, "path": path, "offset": offset, "form": form}
    if length is not None and length < 0:
        raise refuse("length", "must not be below 0")
    return build(file_pb2.ReadFileRequest, {**values, "length": length})


class Reading:
    """Takes the messages of ReadFile, and sees that all of it came."""

    def __init__(self, path: str) -> None:
        """Begins with nothing."""
        self._path = path
        self._digest = hashlib.sha256()
        self._whole = False

    def take(self, message: Any) -> bytes:
        """Gives the bytes of a message, which may be none."""
        part = message.WhichOneof("part")
        if part == "sha256":
            if message.sha256 != self._digest.hexdigest():
                raise InternalError(
                    f"{self._path}: other bytes came than the server sent: read it again",
                    code="DATA_LOSS",
                )
            self._whole = True
        chunk: bytes = message.chunk
        self._digest.update(chunk)
        return chunk

    def end(self) -> None:
        """Raises when the end did not come."""
        if not self._whole:
            raise ConnectionLostError(
                f"{self._path}: the stream ended before all of it came: read it again",
                code="UNAVAILABLE",
            )
