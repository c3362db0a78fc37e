"""An agent's turns in one session: variables live on, and what does not end is interrupted.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/session.py
"""

import os
import sys

from isol8 import Isol8, Limits, Policy

if not os.environ.get("ISOL8_API_KEY"):
    sys.exit("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one")

two_seconds = Policy(limits=Limits(timeout=2))
with Isol8() as client, client.sessions.create(runtime="python") as session:
    context = session.context("main")
    for code in ["x = 42", "while True: pass", "print(x)", "{'doubled': x * 2}"]:
        result = context.execute(code, policy=two_seconds)
        shown = [display.text for display in result.displays]
        print(f"{code!r}: {result.outcome}", result.stdout, *shown)
