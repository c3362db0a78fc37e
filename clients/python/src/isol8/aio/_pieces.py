"""Content to upload, from whatever has it, without holding up the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import PurePath
from typing import Any, Callable, TypeVar, Union

from .._pieces import Data, pieces_of
from .._write import bytes_of, refuse

T = TypeVar("T")

AsyncData = Union[Data, AsyncIterable[bytes]]
"""As for the blocking client, or an asynchronous iterable of bytes."""


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Runs what blocks in a thread."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *args)


async def async_pieces_of(data: Any) -> AsyncIterator[bytes]:
    """Gives the content bit by bit."""
    if hasattr(data, "__aiter__"):
        async for piece in data:
            try:
                yield bytes_of(piece)
            except ValueError as error:
                raise refuse("data", str(error)) from None
        return
    pieces = pieces_of(data)
    if not isinstance(data, PurePath) and not hasattr(data, "read"):
        for piece in pieces:
            yield piece
        return
    try:
        while True:
            piece = await in_thread(next, pieces, None)
            if piece is None:
                return
            yield piece
    finally:
        # One that a thread still reads cannot be closed; it goes with its last reference.
        with contextlib.suppress(ValueError):
            pieces.close()
