"""What goes wrong, with the blocking client: python-client-blocking.py SCENARIO [ARGUMENT].

Prints a line of JSON for each thing that happens; python-client.test.ts reads them.
"""

import json
import os
import pickle
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from isol8 import Isol8, Isol8Error, Tls

ARGUMENT = sys.argv[2] if len(sys.argv) > 2 else ""
FOREVER = f"echo begun; sleep {ARGUMENT}"


def say(**what: object) -> None:
    """Prints what happened."""
    print(json.dumps(what), flush=True)


def fails(call: Callable[[], object]) -> None:
    """Prints the error of a call that must fail."""
    try:
        call()
    except Isol8Error as error:
        say(error=type(error).__name__, code=error.code, reason=error.reason, message=str(error))
    else:
        say(error=None)


def breaks(client: Isol8) -> None:
    """Leaves the loop over a stream that does not end."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    for event in stream:
        if event.type == "stdout":
            break
    # It is kept: what cancels is the loop that was left, not the stream that went.
    say(left="loop", kept=type(stream).__name__)
    sys.stdin.read()


def leaves(client: Isol8) -> None:
    """Leaves the with block of a stream that nobody reads, when the test says so."""
    with client.execute_stream(runtime="bash", code=FOREVER) as stream:
        say(id=stream.execution_id)
        sys.stdin.readline()
    say(left=type(stream).__name__)
    sys.stdin.read()


def forgets(client: Isol8) -> None:
    """Lets go of a stream, when the test says so."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    say(id=stream.execution_id)
    sys.stdin.readline()
    del stream
    say(left=True)
    sys.stdin.read()


def cancels(client: Isol8) -> None:
    """Cancels from another thread, an execution by its stream and one by its id."""
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    threading.Timer(1, stream.cancel).start()
    say(outcome=stream.wait().outcome)
    stream = client.execute_stream(runtime="bash", code=FOREVER)
    threading.Timer(1, client.cancel_execution, [stream.execution_id]).start()
    say(outcome=stream.wait().outcome)
    sys.stdin.read()


def closes(client: Isol8) -> None:
    """Closes the client under a call."""
    threading.Timer(1, client.close).start()
    fails(lambda: client.execute(runtime="bash", code=FOREVER))
    sys.stdin.read()


def interrupted(client: Isol8) -> None:
    """Goes on after Ctrl-C, with the exception kept as an interactive Python would."""
    kept = []
    calls: list[Callable[[], object]] = [
        lambda: client.execute_stream(runtime="bash", code=FOREVER).wait(),
        lambda: client.execute(runtime="bash", code=FOREVER),
    ]
    for call in calls:
        say(ready=True)
        try:
            call()
        except KeyboardInterrupt as error:
            kept.append(error)
    say(kept=len(kept))
    sys.stdin.read()


def streams(client: Isol8) -> None:
    """Streams what does not end; what happens then is the test's."""

    def read() -> None:
        for event in client.execute_stream(runtime="bash", code=FOREVER):
            if event.type == "stdout":
                say(streaming=True)

    fails(read)


def refused(client: Isol8) -> None:
    """Every method fails the same way."""
    fails(lambda: client.execute(runtime="python", code="1"))
    fails(lambda: client.execute_stream(runtime="python", code="1").wait())
    fails(lambda: client.execute_stream(runtime="python", code="1").execution_id)
    fails(client.server_info)
    fails(lambda: client.sessions.create(runtime="python"))
    fails(lambda: list(client.sessions.list()))


def deadlines(client: Isol8) -> None:
    """Deadlines that pass."""
    fails(lambda: client.execute(runtime="bash", code=FOREVER, deadline=1))
    fails(lambda: client.execute_stream(runtime="bash", code=FOREVER, deadline=1).wait())
    sys.stdin.read()


def large(client: Isol8) -> None:
    """Messages that are too large, on the way there and on the way back."""
    fails(lambda: client.execute(runtime="bash", code="cat", stdin=b"x" * (17 << 20)))
    with Isol8(max_message_bytes=10_000) as small:
        fails(lambda: small.execute(runtime="bash", code="printf %99999d 1"))


def newer(client: Isol8) -> None:
    """A server with outcomes, enums and events that this client does not know."""
    result = client.execute(runtime="python", code="1")
    say(outcome=result.outcome, ok=result.ok, phase=result.phase)
    fails(result.check)
    events = list(client.execute_stream(runtime="python", code="1"))
    say(events=[event.type for event in events])
    for code in ("broken", "garbage", "strange", "huge"):
        fails(lambda code=code: client.execute_stream(runtime="python", code=code).wait())  # type: ignore[misc]
    fails(lambda: client.execute(runtime="python", code="silent", deadline=1))


def failing() -> Iterator[bytes]:
    """Content that cannot be read to its end."""
    yield b"half of it"
    raise KeyError("mine")


def habits(client: Isol8) -> None:
    """What people do to any object: pickle it, fork with it, use it after its end."""
    stream = client.execute_stream(runtime="bash", code="exit 3")
    say(same=stream.wait() is stream.wait())
    result = client.execute(runtime="bash", code="exit 3")
    say(same=pickle.loads(pickle.dumps(result)) == result)
    calls: list[Callable[[], object]] = [
        result.check,
        lambda: client.execute(runtime="cobol", code="1"),
    ]
    for call in calls:
        try:
            call()
        except Isol8Error as caught:
            again = pickle.loads(pickle.dumps(caught))
            say(same=(type(again), vars(again)) == (type(caught), vars(caught)))
    try:
        pickle.dumps(client)
    except TypeError as error:
        say(error=str(error))
    with client.sessions.create(runtime="bash") as session:
        try:
            session.files.write("half", failing())
        except KeyError as error:
            say(raised=error.args, written=[file.path for file in session.files.list()])
    # While a thread is in gRPC, a child cannot even close what it has inherited.
    busy = client.execute_stream(runtime="bash", code="sleep 1")
    reader = threading.Thread(target=busy.wait)
    reader.start()
    child = os.fork()
    if child == 0:
        try:
            client.server_info()
        except RuntimeError as error:
            say(error=str(error))
        client.close()
        os._exit(0)
    os.waitpid(child, 0)
    reader.join()
    client.close()
    try:
        client.server_info()
    except RuntimeError as error:
        say(error=str(error))


def hostile(client: Isol8) -> None:
    """A server whose files want out of the folder, or are not whole."""
    session = client.sessions.get("any")
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "folder")
        copied = session.files.download_directory("archive", folder)
        found = sorted(str(path.relative_to(parent)) for path in Path(parent).rglob("*"))
        mode = oct(Path(folder, "good/file").stat().st_mode)
        say(files=copied.files, left_out=copied.left_out, found=found, mode=mode)
        fails(lambda: session.files.download_directory("archive", folder))
    fails(lambda: session.files.read("wrong"))
    fails(lambda: session.files.read("short"))


def tls(_client: Isol8) -> None:
    """TLS with an authority that only this client trusts."""
    with Isol8(tls=Tls(ca=ARGUMENT)) as known:
        say(stdout=known.execute(runtime="bash", code="echo safe").stdout)
    with Isol8(tls=True) as unknown:
        fails(lambda: unknown.execute(runtime="bash", code="echo safe"))
    with Isol8() as plain:
        fails(lambda: plain.execute(runtime="bash", code="echo safe"))


with Isol8() as client:
    globals()[sys.argv[1]](client)
