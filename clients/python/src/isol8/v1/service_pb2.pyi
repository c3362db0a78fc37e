from isol8.v1 import execution_pb2 as _execution_pb2
from isol8.v1 import file_pb2 as _file_pb2
from isol8.v1 import policy_pb2 as _policy_pb2
from isol8.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ResolvePolicyRequest(_message.Message):
    __slots__ = ("runtime", "image", "policy")
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    runtime: str
    image: str
    policy: _policy_pb2.Policy
    def __init__(self, runtime: _Optional[str] = ..., image: _Optional[str] = ..., policy: _Optional[_Union[_policy_pb2.Policy, _Mapping]] = ...) -> None: ...

class ResolvePolicyResponse(_message.Message):
    __slots__ = ("effective_policy", "policy_digest", "violations")
    EFFECTIVE_POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    effective_policy: _policy_pb2.EffectivePolicy
    policy_digest: str
    violations: _containers.RepeatedCompositeFieldContainer[PolicyViolation]
    def __init__(self, effective_policy: _Optional[_Union[_policy_pb2.EffectivePolicy, _Mapping]] = ..., policy_digest: _Optional[str] = ..., violations: _Optional[_Iterable[_Union[PolicyViolation, _Mapping]]] = ...) -> None: ...

class PolicyViolation(_message.Message):
    __slots__ = ("field", "description", "reason")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    reason: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class GetServerInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ("version", "runtimes", "defaults", "ceilings", "isolation_classes", "quotas", "container_engine", "running_executions", "queued_executions")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RUNTIMES_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    CEILINGS_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_CLASSES_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    CONTAINER_ENGINE_FIELD_NUMBER: _ClassVar[int]
    RUNNING_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    version: str
    runtimes: _containers.RepeatedCompositeFieldContainer[Runtime]
    defaults: _policy_pb2.Limits
    ceilings: _policy_pb2.Limits
    isolation_classes: _containers.RepeatedCompositeFieldContainer[IsolationClass]
    quotas: _containers.RepeatedCompositeFieldContainer[Quota]
    container_engine: ContainerEngine
    running_executions: int
    queued_executions: int
    def __init__(self, version: _Optional[str] = ..., runtimes: _Optional[_Iterable[_Union[Runtime, _Mapping]]] = ..., defaults: _Optional[_Union[_policy_pb2.Limits, _Mapping]] = ..., ceilings: _Optional[_Union[_policy_pb2.Limits, _Mapping]] = ..., isolation_classes: _Optional[_Iterable[_Union[IsolationClass, _Mapping]]] = ..., quotas: _Optional[_Iterable[_Union[Quota, _Mapping]]] = ..., container_engine: _Optional[_Union[ContainerEngine, _Mapping]] = ..., running_executions: _Optional[int] = ..., queued_executions: _Optional[int] = ...) -> None: ...

class Runtime(_message.Message):
    __slots__ = ("name", "version", "image", "available", "memory_floor_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FLOOR_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    image: str
    available: bool
    memory_floor_bytes: int
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., image: _Optional[str] = ..., available: bool = ..., memory_floor_bytes: _Optional[int] = ...) -> None: ...

class IsolationClass(_message.Message):
    __slots__ = ("name", "unenforced")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNENFORCED_FIELD_NUMBER: _ClassVar[int]
    name: str
    unenforced: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., unenforced: _Optional[_Iterable[str]] = ...) -> None: ...

class Quota(_message.Message):
    __slots__ = ("name", "limit", "remaining")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    name: str
    limit: int
    remaining: int
    def __init__(self, name: _Optional[str] = ..., limit: _Optional[int] = ..., remaining: _Optional[int] = ...) -> None: ...

class ContainerEngine(_message.Message):
    __slots__ = ("version", "api_version", "cgroup_version", "missing")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    API_VERSION_FIELD_NUMBER: _ClassVar[int]
    CGROUP_VERSION_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    version: str
    api_version: str
    cgroup_version: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, version: _Optional[str] = ..., api_version: _Optional[str] = ..., cgroup_version: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...
