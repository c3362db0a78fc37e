"""Runs a program in a sandbox and prints what it wrote.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/hello.py
"""

import sys

from isol8 import Isol8, Isol8Error

try:
    with Isol8() as client:
        result = client.execute(runtime="python", code="print(6 * 7)")
except Isol8Error as error:
    # No server, or another key: it says what to do.
    sys.exit(str(error))

print(result.stdout, end="")
print(result.outcome, "with", result.exit_code, file=sys.stderr)
sys.exit(0 if result.ok else result.exit_code or 1)
