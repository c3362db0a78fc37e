"""Runs a program in a sandbox and prints what it wrote.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/hello.py
"""

import os
import sys

from isol8 import Isol8

if not os.environ.get("ISOL8_API_KEY"):
    sys.exit("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one")

with Isol8() as client:
    result = client.execute(runtime="python", code="print(6 * 7)")

print(result.stdout, end="")
print(result.outcome, "with", result.exit_code, file=sys.stderr)
sys.exit(0 if result.ok else result.exit_code or 1)
