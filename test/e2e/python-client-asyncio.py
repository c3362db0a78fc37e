"""What goes wrong, with the asyncio client: python-client-asyncio.py SCENARIO [ARGUMENT].

Prints a line of JSON for each thing that happens; python-client.test.ts reads them.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

from isol8 import AsyncIsol8, Isol8Error, Tls

ARGUMENT = sys.argv[2] if len(sys.argv) > 2 else ""
FOREVER = f"echo begun; sleep {ARGUMENT}"


def say(**what: object) -> None:
    """Prints what happened."""
    print(json.dumps(what), flush=True)


async def fails(call: Awaitable[object]) -> None:
    """Prints the error of a call that must fail."""
    try:
        await call
    except Isol8Error as error:
        say(error=type(error).__name__, code=error.code, reason=error.reason, message=str(error))
    else:
        say(error=None)


async def end() -> None:
    """Waits until the test has looked."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def breaks(client: AsyncIsol8) -> None:
    """Leaves the loop over a stream that does not end."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    async for event in stream:
        if event.type == "stdout":
            break
    # It is kept: what cancels is the loop that was left, not the stream that went.
    say(left="loop", kept=type(stream).__name__)
    await end()


async def leaves(client: AsyncIsol8) -> None:
    """Leaves the async with block of a stream that nobody reads, when the test says so."""
    async with client.execute_stream(runtime="bash", code=FOREVER) as stream:
        say(id=await stream.execution_id)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    say(left=type(stream).__name__)
    await end()


async def forgets(client: AsyncIsol8) -> None:
    """Lets go of a stream, when the test says so."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    say(id=await stream.execution_id)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    del stream
    say(left=True)
    await end()


async def cancels(client: AsyncIsol8) -> None:
    """Cancels an execution by its stream, and one by its id."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    waiting = asyncio.create_task(stream.wait())
    await stream.cancel()
    say(outcome=(await waiting).outcome)
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    waiting = asyncio.create_task(stream.wait())
    await client.cancel_execution(await stream.execution_id)
    say(outcome=(await waiting).outcome)
    await end()


async def closes(client: AsyncIsol8) -> None:
    """Closes the client under a call."""
    call = asyncio.create_task(client.execute(runtime="bash", code=FOREVER))
    await asyncio.sleep(1)
    await client.close()
    await fails(call)
    await end()


async def task(client: AsyncIsol8) -> None:
    """Cancels tasks that wait for a result and for an event, and lets time pass for one."""

    async def read() -> None:
        async for _ in client.execute_stream(runtime="bash", code=FOREVER):
            pass

    for waiting in (client.execute(runtime="bash", code=FOREVER), read()):
        reader = asyncio.ensure_future(waiting)
        await asyncio.sleep(1)
        reader.cancel()
        try:
            await reader
        except asyncio.CancelledError:
            say(cancelled=True)
    try:
        await asyncio.wait_for(read(), 1)
    except asyncio.TimeoutError:
        say(cancelled=True)
    await end()


async def streams(client: AsyncIsol8) -> None:
    """Streams what does not end; what happens then is the test's."""

    async def read() -> None:
        async for event in client.execute_stream(runtime="bash", code=FOREVER):
            if event.type == "stdout":
                say(streaming=True)

    await fails(read())


async def refused(client: AsyncIsol8) -> None:
    """Every method fails the same way."""

    async def sessions() -> None:
        async for _ in client.sessions.list():
            pass

    await fails(client.execute(runtime="python", code="1"))
    await fails(client.execute_stream(runtime="python", code="1").wait())
    await fails(client.execute_stream(runtime="python", code="1").execution_id)
    await fails(client.server_info())
    await fails(client.sessions.create(runtime="python"))
    await fails(sessions())


async def deadlines(client: AsyncIsol8) -> None:
    """Deadlines that pass."""
    await fails(client.execute(runtime="bash", code=FOREVER, deadline=1))
    await fails(client.execute_stream(runtime="bash", code=FOREVER, deadline=1).wait())
    await end()


async def large(client: AsyncIsol8) -> None:
    """Messages that are too large, on the way there and on the way back."""
    await fails(client.execute(runtime="bash", code="cat", stdin=b"x" * (17 << 20)))
    async with AsyncIsol8(max_message_bytes=10_000) as small:
        await fails(small.execute(runtime="bash", code="printf %99999d 1"))


async def newer(client: AsyncIsol8) -> None:
    """A server with outcomes, enums and events that this client does not know."""
    result = await client.execute(runtime="python", code="1")
    say(outcome=result.outcome, ok=result.ok, phase=result.phase)

    async def check() -> None:
        result.check()

    await fails(check())
    stream = client.execute_stream(runtime="python", code="1")
    say(events=[event.type async for event in stream])
    for code in ("broken", "garbage", "strange", "huge"):
        await fails(client.execute_stream(runtime="python", code=code).wait())
    await fails(client.execute(runtime="python", code="silent", deadline=1))


async def failing() -> AsyncIterator[bytes]:
    """Content that cannot be read to its end."""
    yield b"half of it"
    raise KeyError("mine")


async def habits(client: AsyncIsol8) -> None:
    """A source that fails, another event loop, and use after the end."""
    async with client.sessions.create(runtime="bash") as session:
        try:
            await session.files.write("half", failing())
        except KeyError as error:
            files = [file.path async for file in session.files.list()]
            say(raised=error.args, written=files)

    async def info() -> None:
        try:
            await client.server_info()
        except RuntimeError as error:
            say(error=str(error))

    await asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(info()))
    await client.close()
    await info()


async def hostile(client: AsyncIsol8) -> None:
    """A server whose files want out of the folder, or are not whole."""
    session = await client.sessions.get("any")
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "folder")
        copied = await session.files.download_directory("archive", folder)
        found = sorted(str(path.relative_to(parent)) for path in Path(parent).rglob("*"))
        mode = oct(Path(folder, "good/file").stat().st_mode)
        say(files=copied.files, left_out=copied.left_out, found=found, mode=mode)
        await fails(session.files.download_directory("archive", folder))
    await fails(session.files.read("wrong"))
    await fails(session.files.read("short"))


async def tls(_client: AsyncIsol8) -> None:
    """TLS with an authority that only this client trusts."""
    async with AsyncIsol8(tls=Tls(ca=ARGUMENT)) as known:
        say(stdout=(await known.execute(runtime="bash", code="echo safe")).stdout)
    async with AsyncIsol8(tls=True) as unknown:
        await fails(unknown.execute(runtime="bash", code="echo safe"))
    async with AsyncIsol8() as plain:
        await fails(plain.execute(runtime="bash", code="echo safe"))


async def main() -> None:
    """Plays one scenario."""
    async with AsyncIsol8() as client:
        scenario: Any = globals()[sys.argv[1]]
        await scenario(client)


asyncio.run(main())
