"""Is type-checked strictly against the installed package, and never run."""

import asyncio
from datetime import timedelta
from typing import Optional

from isol8 import (
    AsyncIsol8,
    AsyncSession,
    Display,
    Isol8,
    Limits,
    Policy,
    Result,
    Session,
    StdoutEvent,
    Usage,
)
from typing_extensions import assert_type

with Isol8(deadline=timedelta(seconds=5)) as client:
    result = client.execute(runtime="python", code="1", policy=Policy(limits=Limits(timeout=1.5)))
    assert_type(result, Result)
    assert_type(result.exit_code, Optional[int])
    assert_type(result.duration, timedelta)
    for event in client.execute_stream(runtime="python", code="1"):
        if event.type == "stdout":
            assert_type(event, StdoutEvent)
            assert_type(event.bytes, bytes)
        elif event.type == "exit":
            assert_type(event.result.usage, Usage)
    with client.sessions.create(runtime="python") as session:
        assert_type(session, Session)
        assert_type(session.files.read("a"), bytes)
        assert_type(session.context("main").execute("1").displays, tuple[Display, ...])
    # An ignore that is not needed is an error: so each of these is one.
    client.execute(runtime="python", code=1)  # type: ignore[arg-type]
    client.execute(runtime="python", stdin_mode="OPEN")  # type: ignore[arg-type]
    client.execute(runtime="python", cod="1")  # type: ignore[call-arg]


async def main() -> None:
    """Looks at the asyncio client."""
    async with AsyncIsol8() as client:
        assert_type(await client.execute(runtime="python", code="1"), Result)
        async with client.sessions.create(runtime="python") as session:
            assert_type(session, AsyncSession)
        assert_type(await client.sessions.create(runtime="python"), AsyncSession)


asyncio.run(main())
