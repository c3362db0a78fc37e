import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OnOutputLimit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_OUTPUT_LIMIT_UNSPECIFIED: _ClassVar[OnOutputLimit]
    ON_OUTPUT_LIMIT_TRUNCATE: _ClassVar[OnOutputLimit]
    ON_OUTPUT_LIMIT_KILL: _ClassVar[OnOutputLimit]

class NetworkMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NETWORK_MODE_UNSPECIFIED: _ClassVar[NetworkMode]
    NETWORK_MODE_NONE: _ClassVar[NetworkMode]
    NETWORK_MODE_FILTERED: _ClassVar[NetworkMode]
    NETWORK_MODE_OPEN: _ClassVar[NetworkMode]

class Reuse(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REUSE_UNSPECIFIED: _ClassVar[Reuse]
    REUSE_NEVER: _ClassVar[Reuse]
    REUSE_SAME_TENANT: _ClassVar[Reuse]
ON_OUTPUT_LIMIT_UNSPECIFIED: OnOutputLimit
ON_OUTPUT_LIMIT_TRUNCATE: OnOutputLimit
ON_OUTPUT_LIMIT_KILL: OnOutputLimit
NETWORK_MODE_UNSPECIFIED: NetworkMode
NETWORK_MODE_NONE: NetworkMode
NETWORK_MODE_FILTERED: NetworkMode
NETWORK_MODE_OPEN: NetworkMode
REUSE_UNSPECIFIED: Reuse
REUSE_NEVER: Reuse
REUSE_SAME_TENANT: Reuse

class Policy(_message.Message):
    __slots__ = ("profile", "limits", "network", "isolation", "on_output_limit")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FIELD_NUMBER: _ClassVar[int]
    ON_OUTPUT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    limits: Limits
    network: Network
    isolation: Isolation
    on_output_limit: OnOutputLimit
    def __init__(self, profile: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., network: _Optional[_Union[Network, _Mapping]] = ..., isolation: _Optional[_Union[Isolation, _Mapping]] = ..., on_output_limit: _Optional[_Union[OnOutputLimit, str]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("timeout", "memory_bytes", "cpu_cores", "processes", "output_bytes", "workspace_bytes", "tmp_bytes", "open_files")
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    CPU_CORES_FIELD_NUMBER: _ClassVar[int]
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TMP_BYTES_FIELD_NUMBER: _ClassVar[int]
    OPEN_FILES_FIELD_NUMBER: _ClassVar[int]
    timeout: _duration_pb2.Duration
    memory_bytes: int
    cpu_cores: float
    processes: int
    output_bytes: int
    workspace_bytes: int
    tmp_bytes: int
    open_files: int
    def __init__(self, timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., memory_bytes: _Optional[int] = ..., cpu_cores: _Optional[float] = ..., processes: _Optional[int] = ..., output_bytes: _Optional[int] = ..., workspace_bytes: _Optional[int] = ..., tmp_bytes: _Optional[int] = ..., open_files: _Optional[int] = ...) -> None: ...

class Network(_message.Message):
    __slots__ = ("mode", "allow", "deny", "log")
    MODE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    DENY_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    mode: NetworkMode
    allow: _containers.RepeatedCompositeFieldContainer[NetworkRule]
    deny: _containers.RepeatedCompositeFieldContainer[NetworkRule]
    log: bool
    def __init__(self, mode: _Optional[_Union[NetworkMode, str]] = ..., allow: _Optional[_Iterable[_Union[NetworkRule, _Mapping]]] = ..., deny: _Optional[_Iterable[_Union[NetworkRule, _Mapping]]] = ..., log: bool = ...) -> None: ...

class NetworkRule(_message.Message):
    __slots__ = ("host", "host_regex", "cidr", "ports")
    HOST_FIELD_NUMBER: _ClassVar[int]
    HOST_REGEX_FIELD_NUMBER: _ClassVar[int]
    CIDR_FIELD_NUMBER: _ClassVar[int]
    PORTS_FIELD_NUMBER: _ClassVar[int]
    host: str
    host_regex: str
    cidr: str
    ports: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, host: _Optional[str] = ..., host_regex: _Optional[str] = ..., cidr: _Optional[str] = ..., ports: _Optional[_Iterable[int]] = ...) -> None: ...

class Isolation(_message.Message):
    __slots__ = ("runtime_class", "seccomp", "reuse", "writable_root")
    RUNTIME_CLASS_FIELD_NUMBER: _ClassVar[int]
    SECCOMP_FIELD_NUMBER: _ClassVar[int]
    REUSE_FIELD_NUMBER: _ClassVar[int]
    WRITABLE_ROOT_FIELD_NUMBER: _ClassVar[int]
    runtime_class: str
    seccomp: str
    reuse: Reuse
    writable_root: bool
    def __init__(self, runtime_class: _Optional[str] = ..., seccomp: _Optional[str] = ..., reuse: _Optional[_Union[Reuse, str]] = ..., writable_root: bool = ...) -> None: ...

class EffectivePolicy(_message.Message):
    __slots__ = ("profile", "limits", "network", "isolation", "on_output_limit", "unenforced")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FIELD_NUMBER: _ClassVar[int]
    ON_OUTPUT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    UNENFORCED_FIELD_NUMBER: _ClassVar[int]
    profile: str
    limits: Limits
    network: EffectiveNetwork
    isolation: Isolation
    on_output_limit: OnOutputLimit
    unenforced: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, profile: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., network: _Optional[_Union[EffectiveNetwork, _Mapping]] = ..., isolation: _Optional[_Union[Isolation, _Mapping]] = ..., on_output_limit: _Optional[_Union[OnOutputLimit, str]] = ..., unenforced: _Optional[_Iterable[str]] = ...) -> None: ...

class EffectiveNetwork(_message.Message):
    __slots__ = ("mode", "layers", "log")
    MODE_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    mode: NetworkMode
    layers: _containers.RepeatedCompositeFieldContainer[NetworkLayer]
    log: bool
    def __init__(self, mode: _Optional[_Union[NetworkMode, str]] = ..., layers: _Optional[_Iterable[_Union[NetworkLayer, _Mapping]]] = ..., log: bool = ...) -> None: ...

class NetworkLayer(_message.Message):
    __slots__ = ("level", "allow", "deny")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    DENY_FIELD_NUMBER: _ClassVar[int]
    level: str
    allow: _containers.RepeatedCompositeFieldContainer[NetworkRule]
    deny: _containers.RepeatedCompositeFieldContainer[NetworkRule]
    def __init__(self, level: _Optional[str] = ..., allow: _Optional[_Iterable[_Union[NetworkRule, _Mapping]]] = ..., deny: _Optional[_Iterable[_Union[NetworkRule, _Mapping]]] = ...) -> None: ...
