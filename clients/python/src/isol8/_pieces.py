"""Content to upload, from whatever has it, as pieces of bytes."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import PurePath
from typing import IO, Any, Union

from ._file_operations import CHUNK_BYTES
from ._write import bytes_of, refuse

Data = Union[str, bytes, bytearray, memoryview, PurePath, IO[bytes], IO[str], Iterable[bytes]]
"""Text (sent as UTF-8), bytes, a pathlib.Path to read, an open file, or an iterable of bytes."""


def pieces_of(data: Any) -> Generator[bytes, None, None]:
    """Gives the content bit by bit; a file that is opened here is closed here."""
    if isinstance(data, (str, bytes, bytearray, memoryview)):
        yield _bytes(data)
    elif isinstance(data, PurePath):
        with open(data, "rb") as file:
            yield from _read(file)
    elif hasattr(data, "read"):
        yield from _read(data)
    elif hasattr(data, "__iter__"):
        for piece in data:
            yield _bytes(piece)
    else:
        raise refuse(
            "data",
            "must be text, bytes, a pathlib.Path, an open file or an iterable of bytes, "
            f"not {type(data).__name__}",
        )


def _read(file: Any) -> Generator[bytes, None, None]:
    while True:
        piece = file.read(CHUNK_BYTES)
        if not piece:
            return
        yield _bytes(piece)


def _bytes(piece: Any) -> bytes:
    try:
        return bytes_of(piece)
    except ValueError as error:
        raise refuse("data", str(error)) from None
