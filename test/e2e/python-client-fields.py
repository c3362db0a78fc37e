"""Prints every field of the contract that the Python client does not have, and the other way."""

from dataclasses import fields

import isol8
from isol8.v1 import display_pb2, execution_pb2, file_pb2, policy_pb2, service_pb2, session_pb2

MODULES = (display_pb2, execution_pb2, file_pb2, policy_pb2, service_pb2, session_pb2)
# What has another name in Python than in the contract.
OTHER_NAMES = {
    "EffectiveLimits": "Limits",
    "Result": "ExecuteResponse",
    "ResolvedPolicy": "ResolvePolicyResponse",
    "ServerInfo": "GetServerInfoResponse",
    "SessionInfo": "Session",
    "SessionOutput": "ReadSessionOutputResponse",
    "SessionUsage": "GetSessionUsageResponse",
    "WrittenFile": "WriteFileResponse",
    "StartedEvent": "ExecutionStarted",
    "QueuedEvent": "ExecutionQueued",
    "PhaseEvent": "ExecutionPhase",
    "FileEvent": "FileChunk",
    "GapEvent": "ExecutionGap",
    "ExecuteOptions": "ExecuteRequest",
    "SessionOptions": "CreateSessionRequest",
}
# What stands for fields of other names, or for more than fields.
OWN = {
    "Result": {"stdout_bytes": "stdout_raw", "stderr_bytes": "stderr_raw"},
    "GapEvent": {"from_": "from"},
}
ALWAYS = {"type", "sequence", "time"}

messages = {
    name: message.fields_by_name
    for module in MODULES
    for name, message in module.DESCRIPTOR.message_types_by_name.items()
}
compared = 0
for name in isol8.__all__:
    cls = getattr(isol8, name)
    described = messages.get(OTHER_NAMES.get(name, name))
    if described is None or not isinstance(cls, type):
        continue
    if name.endswith("Options"):
        ours = {key for base in cls.__mro__ for key in getattr(base, "__annotations__", {})}
    elif hasattr(cls, "__dataclass_fields__"):
        ours = {OWN.get(name, {}).get(field.name, field.name) for field in fields(cls)}
    else:
        continue
    if name.endswith("Event"):
        ours -= ALWAYS
    compared += 1
    for missing in sorted(set(described) ^ ours):
        print(f"{name}.{missing} is", "not in Python" if missing in described else "in Python only")
print(f"{compared} compared")
