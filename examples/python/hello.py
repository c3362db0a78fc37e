"""Runs a program in a sandbox and prints what it wrote.

ISOL8_API_KEY=… PYTHONPATH=clients/python/src python examples/python/hello.py
"""

import os
import sys

import grpc
from isol8.v1 import execution_pb2, service_pb2_grpc

address = os.environ.get("ISOL8_LISTEN", "127.0.0.1:50051")
metadata = (("authorization", f"Bearer {os.environ['ISOL8_API_KEY']}"),)
with grpc.insecure_channel(address) as channel:
    isol8 = service_pb2_grpc.Isol8ServiceStub(channel)
    program = execution_pb2.ExecuteRequest(runtime="python", code="print(6 * 7)")
    answer = isol8.Execute(program, metadata=metadata, timeout=60)

print(answer.stdout, end="")
print(execution_pb2.Outcome.Name(answer.outcome), "with", answer.exit_code, file=sys.stderr)
sys.exit(answer.exit_code if answer.HasField("exit_code") else 1)
