"""Calls isol8 with the Python client for the conformance suite: python_driver.py blocking|asyncio.

A line of JSON for each call, `{id, method, request, deadlineMs}`, and back any number of
`{id, event}` and one `{id, response}`, `{id, refusal}` or `{id, fault}`.
"""

import asyncio
import json
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from isol8 import AsyncIsol8, Isol8, Isol8Error
from isol8.v1 import execution_pb2
from python_forms import event_fields, json_of, refusal_of
from python_methods import Face, call_method

printing = threading.Lock()
threads = ThreadPoolExecutor(max_workers=128)


class Blocking:
    """The blocking client, a thread for each call."""

    def __init__(self) -> None:
        """Makes a client."""
        self.client = Isol8()

    async def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Calls in a thread."""
        return await in_thread(lambda: function(*args, **options))

    async def each(self, items: Any, take: Callable[[Any], None]) -> None:
        """Iterates in a thread."""

        def iterate() -> None:
            for item in items:
                take(item)

        await in_thread(iterate)


class OnLoop:
    """The client for asyncio."""

    def __init__(self) -> None:
        """Makes a client."""
        self.client = AsyncIsol8()

    async def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Awaits."""
        return await function(*args, **options)

    async def each(self, items: Any, take: Callable[[Any], None]) -> None:
        """Iterates."""
        async for item in items:
            take(item)


async def in_thread(function: Callable[[], Any]) -> Any:
    """Runs what blocks."""
    return await asyncio.get_running_loop().run_in_executor(threads, function)


def say(**line: Any) -> None:
    """Prints a line."""
    text = json.dumps(line)
    with printing:
        print(text, flush=True)


async def serve(face: Face, line: dict[str, Any]) -> None:
    """Makes one call."""
    id, deadline = line["id"], line.get("deadlineMs")
    how = {} if deadline is None else {"deadline": deadline / 1000}

    def on_event(event: Any) -> None:
        say(id=id, event=json_of(execution_pb2.ExecutionEvent, event_fields(event)))

    try:
        response = await call_method(face, line["method"], line["request"], how, on_event)
        say(id=id, response=response)
    except Isol8Error as error:
        say(id=id, refusal=refusal_of(error))
    except Exception:
        say(id=id, fault=traceback.format_exc())


async def main() -> None:
    """Makes calls, many at once, until there are no more lines."""
    face: Face = Blocking() if sys.argv[1] == "blocking" else OnLoop()
    tasks = set()
    while text := await in_thread(sys.stdin.readline):
        task = asyncio.create_task(serve(face, json.loads(text)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    closing = face.client.close()
    if closing is not None:
        await closing


asyncio.run(main())
