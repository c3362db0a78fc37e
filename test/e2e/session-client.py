"""One turn in the session `kept`, by the generated client: session-client.py CODE."""

import os
import sys

import grpc
from isol8.v1 import execution_pb2, service_pb2_grpc

metadata = (("authorization", f"Bearer {os.environ['ISOL8_API_KEY']}"),)
with grpc.insecure_channel(os.environ["ISOL8_ADDRESS"]) as channel:
    turn = execution_pb2.ExecuteRequest(
        runtime="python",
        session_id="kept",
        create_session_if_missing=True,
        context="main",
        code=sys.argv[1],
    )
    answer = service_pb2_grpc.Isol8ServiceStub(channel).Execute(turn, metadata=metadata, timeout=60)
print(answer.stdout, end="")
for display in answer.displays:
    for kind, data in sorted(display.data.items()):
        print(kind, data.hex() if kind.startswith("image/") else data.decode())
