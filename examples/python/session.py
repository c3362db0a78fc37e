"""An agent's turns in one session: variables live on, and what does not end is interrupted.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/session.py
"""

import os
import sys

import grpc
from google.protobuf import duration_pb2
from isol8.v1 import execution_pb2, policy_pb2, service_pb2_grpc, session_pb2

key = os.environ.get("ISOL8_API_KEY")
if not key:
    sys.exit("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one")
address = os.environ.get("ISOL8_ADDRESS", "127.0.0.1:50051")
metadata = (("authorization", f"Bearer {key}"),)
two_seconds = policy_pb2.Policy(limits=policy_pb2.Limits(timeout=duration_pb2.Duration(seconds=2)))

with grpc.insecure_channel(address) as channel:
    isol8 = service_pb2_grpc.Isol8ServiceStub(channel)
    creation = session_pb2.CreateSessionRequest(runtime="python")
    session = isol8.CreateSession(creation, metadata=metadata).session
    try:
        for code in ["x = 42", "while True: pass", "print(x)", "{'doubled': x * 2}"]:
            turn = execution_pb2.ExecuteRequest(
                session_id=session.session_id, context="main", code=code, policy=two_seconds
            )
            answer = isol8.Execute(turn, metadata=metadata, timeout=60)
            shown = [display.data["text/plain"].decode() for display in answer.displays]
            print(f"{code!r}: {execution_pb2.Outcome.Name(answer.outcome)}", answer.stdout, *shown)
    finally:
        ending = session_pb2.DeleteSessionRequest(session_id=session.session_id)
        isol8.DeleteSession(ending, metadata=metadata)
