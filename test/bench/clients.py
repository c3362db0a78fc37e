"""Times calls of the Python clients and of the raw stubs, in turns; prints samples in ms as JSON.

python test/bench/clients.py SESSION COUNT, with ISOL8_ADDRESS and ISOL8_API_KEY.
"""

import asyncio
import json
import os
import sys
import time

import grpc
from isol8 import AsyncIsol8, Isol8
from isol8.v1 import execution_pb2, service_pb2_grpc

ADDRESS = os.environ["ISOL8_ADDRESS"]
METADATA = (("authorization", f"Bearer {os.environ['ISOL8_API_KEY']}"),)
PROGRAM = {"context": "clients", "code": "1"}


def raw_request(session: str) -> execution_pb2.ExecuteRequest:
    """What the raw stubs send: made anew for each call, as a caller would."""
    return execution_pb2.ExecuteRequest(session_id=session, **PROGRAM)


def blocking(session: str, count: int) -> dict[str, list[float]]:
    """The blocking client."""
    samples: dict[str, list[float]] = {"client": [], "stub": []}
    with Isol8() as isol8, grpc.insecure_channel(ADDRESS) as channel:
        stub = service_pb2_grpc.Isol8ServiceStub(channel)
        for _ in range(count):
            begun = time.perf_counter()
            assert isol8.execute(session_id=session, **PROGRAM).ok
            between = time.perf_counter()
            assert stub.Execute(raw_request(session), metadata=METADATA).exit_code == 0
            samples["client"].append((between - begun) * 1000)
            samples["stub"].append((time.perf_counter() - between) * 1000)
    return samples


async def with_asyncio(session: str, count: int) -> dict[str, list[float]]:
    """The asyncio client."""
    samples: dict[str, list[float]] = {"client": [], "stub": []}
    async with AsyncIsol8() as isol8, grpc.aio.insecure_channel(ADDRESS) as channel:
        stub = service_pb2_grpc.Isol8ServiceStub(channel)
        for _ in range(count):
            begun = time.perf_counter()
            assert (await isol8.execute(session_id=session, **PROGRAM)).ok
            between = time.perf_counter()
            assert (await stub.Execute(raw_request(session), metadata=METADATA)).exit_code == 0
            samples["client"].append((between - begun) * 1000)
            samples["stub"].append((time.perf_counter() - between) * 1000)
    return samples


session, count = sys.argv[1], int(sys.argv[2])
results = {
    "python": blocking(session, count),
    "python-async": asyncio.run(with_asyncio(session, count)),
}
print(json.dumps(results))
