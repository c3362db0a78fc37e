"""Runs a program in a sandbox and prints what it wrote.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/hello.py
"""

import os
import sys

import grpc
from isol8.v1 import execution_pb2, service_pb2_grpc

key = os.environ.get("ISOL8_API_KEY")
if not key:
    sys.exit("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one")
address = os.environ.get("ISOL8_ADDRESS", "127.0.0.1:50051")
metadata = (("authorization", f"Bearer {key}"),)
with grpc.insecure_channel(address) as channel:
    isol8 = service_pb2_grpc.Isol8ServiceStub(channel)
    program = execution_pb2.ExecuteRequest(runtime="python", code="print(6 * 7)")
    answer = isol8.Execute(program, metadata=metadata, timeout=60)

print(answer.stdout, end="")
print(execution_pb2.Outcome.Name(answer.outcome), "with", answer.exit_code, file=sys.stderr)
sys.exit(answer.exit_code if answer.HasField("exit_code") else 1)
