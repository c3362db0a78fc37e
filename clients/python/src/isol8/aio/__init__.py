"""The client for asyncio."""

from .client import AsyncIsol8
from .execution import AsyncExecutionStream
from .files import AsyncFiles
from .session import AsyncContext, AsyncSession, OpeningSession

__all__ = [
    "AsyncContext",
    "AsyncExecutionStream",
    "AsyncFiles",
    "AsyncIsol8",
    "AsyncSession",
    "OpeningSession",
]
