"""The files of a session."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional, Union

import grpc

from . import _file_operations as operations
from ._pieces import Data, pieces_of
from ._tar import Copied, pack, unpack
from ._transport import Transport
from .policy import Seconds
from .session_info import FileInfo, WrittenFile


class Files:
    """The files of a session. Paths are relative to /sandbox, or absolute below it."""

    def __init__(self, transport: Transport, session_id: str) -> None:
        """Uses a client's channel."""
        self._transport = transport
        self._session_id = session_id

    def write(
        self,
        path: str,
        data: Data,
        *,
        mode: int = 0,
        sha256: Optional[str] = None,
        deadline: Optional[Seconds] = None,
    ) -> WrittenFile:
        """Writes a file of any size, which appears whole or not at all. Parents are made.

        Args:
            path: where.
            data: text (sent as UTF-8), bytes, a pathlib.Path to read, an open file, or an iterable
                of bytes, which is read in a thread of gRPC's.
            mode: permission bits; 0644 when 0.
            sha256: of the content, lower-case hex; when another one arrives, nothing is written.
            deadline: of the call.
        """
        header = operations.write_header(self._session_id, path, "FILE", mode, sha256)
        return self._upload(header, data, deadline)

    def read(
        self,
        path: str,
        *,
        offset: int = 0,
        length: Optional[int] = None,
        deadline: Optional[Seconds] = None,
    ) -> bytes:
        """Reads a file, or `length` bytes of it from `offset` on."""
        return b"".join(self.stream(path, offset=offset, length=length, deadline=deadline))

    def read_text(
        self,
        path: str,
        *,
        encoding: str = "utf-8",
        errors: str = "replace",
        deadline: Optional[Seconds] = None,
    ) -> str:
        """Reads a file as text; what is not UTF-8 as U+FFFD, or as `errors` says."""
        return self.read(path, deadline=deadline).decode(encoding, errors)

    def stream(
        self,
        path: str,
        *,
        offset: int = 0,
        length: Optional[int] = None,
        deadline: Optional[Seconds] = None,
    ) -> Iterator[bytes]:
        """Gives a file bit by bit. An iterator that comes to its end had all of it."""
        request = operations.read_request(self._session_id, path, "FILE", offset, length)
        return self._download(path, request, deadline)

    def list(
        self,
        path: str = "",
        *,
        recursive: bool = False,
        glob: Optional[str] = None,
        page_size: int = 0,
        deadline: Optional[Seconds] = None,
    ) -> Iterator[FileInfo]:
        """Gives the files of a directory by path; asked for page by page while they are read.

        Args:
            path: the directory; /sandbox when empty.
            recursive: whether the directories in it are listed too.
            glob: what paths relative to `path` must match: `**/*.txt`.
            page_size: how many to ask for at a time; 1,000 when 0 or more.
            deadline: of each page.
        """
        token = ""
        while True:
            page = operations.list_files(self._session_id, path, recursive, glob, page_size, token)
            files, token = self._transport.call(page, deadline)
            yield from files
            if not token:
                return

    def mkdir(self, path: str, *, mode: int = 0, deadline: Optional[Seconds] = None) -> FileInfo:
        """Makes a directory and its parents; one that exists is no error. 0755 when `mode` is 0."""
        operation = operations.make_directory(self._session_id, path, mode)
        return self._transport.call(operation, deadline)

    def remove(
        self, path: str, *, recursive: bool = False, deadline: Optional[Seconds] = None
    ) -> None:
        """Removes a file or a directory; one that is gone is no error."""
        operation = operations.remove_file(self._session_id, path, recursive)
        self._transport.call(operation, deadline)

    def upload_tar(
        self, path: str, data: Data, *, deadline: Optional[Seconds] = None
    ) -> WrittenFile:
        """Writes what a tar archive has, not compressed, into a directory, over what is there."""
        header = operations.write_header(self._session_id, path, "TAR")
        return self._upload(header, data, deadline)

    def download_tar(
        self, path: str = ".", *, deadline: Optional[Seconds] = None
    ) -> Iterator[bytes]:
        """Gives a directory as a tar archive, bit by bit."""
        request = operations.read_request(self._session_id, path, "TAR")
        return self._download(path, request, deadline)

    def upload_directory(
        self,
        local: Union[str, os.PathLike[str]],
        path: str = ".",
        *,
        deadline: Optional[Seconds] = None,
    ) -> Copied:
        """Writes what is in a local folder into a directory, over what is there.

        Files and folders with their modes; what is neither is left out, and named in the answer.
        """
        with tempfile.TemporaryFile() as archive:
            copied = pack(Path(local), archive)
            self.upload_tar(path, archive, deadline=deadline)
            return copied

    def download_directory(
        self,
        path: str,
        local: Union[str, os.PathLike[str]],
        *,
        deadline: Optional[Seconds] = None,
    ) -> Copied:
        """Writes what is in a directory into a local folder, a new or an empty one.

        What a sandbox says is not believed: nothing is written outside of the folder, and no link
        is made or followed. What is neither file nor folder is left out, and named in the answer.
        """
        with tempfile.TemporaryFile() as archive:
            for piece in self.download_tar(path, deadline=deadline):
                archive.write(piece)
            archive.seek(0)
            return unpack(archive, Path(local))

    def _upload(self, header: Any, data: Data, deadline: Optional[Seconds]) -> WrittenFile:
        failed: list[BaseException] = []
        begun = threading.Event()

        def messages() -> Iterator[Any]:
            yield header
            begun.wait()
            try:
                for piece in pieces_of(data):
                    yield from operations.write_chunks(piece)
            except Exception as error:
                # Ending here would make half a file; gRPC's thread is no place to raise in.
                failed.append(error)
                call.cancel()

        call = self._transport.upload("WriteFile", messages(), deadline)
        begun.set()
        try:
            return operations.written(self._transport.result_of(call))
        except Exception:
            if failed:
                raise failed[0] from None
            raise

    def _download(self, path: str, request: Any, deadline: Optional[Seconds]) -> Iterator[bytes]:
        reading = operations.Reading(path)
        call = self._transport.stream("ReadFile", request, deadline)
        try:
            for message in call:
                chunk = reading.take(message)
                if chunk:
                    yield chunk
        except grpc.RpcError:
            raise self._transport.error_of(call) from None
        finally:
            call.cancel()
        reading.end()
