import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from isol8.v1 import display_pb2 as _display_pb2
from isol8.v1 import file_pb2 as _file_pb2
from isol8.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StdinMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STDIN_MODE_UNSPECIFIED: _ClassVar[StdinMode]
    STDIN_MODE_CLOSED: _ClassVar[StdinMode]
    STDIN_MODE_BYTES: _ClassVar[StdinMode]
    STDIN_MODE_INTERACTIVE: _ClassVar[StdinMode]

class OnDisconnect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_DISCONNECT_UNSPECIFIED: _ClassVar[OnDisconnect]
    ON_DISCONNECT_CANCEL: _ClassVar[OnDisconnect]
    ON_DISCONNECT_DETACH: _ClassVar[OnDisconnect]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_EXITED: _ClassVar[Outcome]
    OUTCOME_SIGNALED: _ClassVar[Outcome]
    OUTCOME_TIMED_OUT: _ClassVar[Outcome]
    OUTCOME_OUT_OF_MEMORY: _ClassVar[Outcome]
    OUTCOME_OUTPUT_LIMIT_EXCEEDED: _ClassVar[Outcome]
    OUTCOME_CANCELLED: _ClassVar[Outcome]
    OUTCOME_SETUP_FAILED: _ClassVar[Outcome]
    OUTCOME_SANDBOX_LOST: _ClassVar[Outcome]

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_UNSPECIFIED: _ClassVar[Phase]
    PHASE_PREPARE: _ClassVar[Phase]
    PHASE_INSTALL: _ClassVar[Phase]
    PHASE_SETUP: _ClassVar[Phase]
    PHASE_RUN: _ClassVar[Phase]

class UsageScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USAGE_SCOPE_UNSPECIFIED: _ClassVar[UsageScope]
    USAGE_SCOPE_EXECUTION: _ClassVar[UsageScope]
    USAGE_SCOPE_SANDBOX: _ClassVar[UsageScope]

class SandboxOrigin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SANDBOX_ORIGIN_UNSPECIFIED: _ClassVar[SandboxOrigin]
    SANDBOX_ORIGIN_NEW: _ClassVar[SandboxOrigin]
    SANDBOX_ORIGIN_POOL: _ClassVar[SandboxOrigin]
    SANDBOX_ORIGIN_POOL_UPDATED: _ClassVar[SandboxOrigin]
    SANDBOX_ORIGIN_REUSED: _ClassVar[SandboxOrigin]
    SANDBOX_ORIGIN_SESSION: _ClassVar[SandboxOrigin]

class InterpreterStart(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTERPRETER_START_UNSPECIFIED: _ClassVar[InterpreterStart]
    INTERPRETER_START_COLD: _ClassVar[InterpreterStart]
    INTERPRETER_START_HOT: _ClassVar[InterpreterStart]

class OutputStream(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTPUT_STREAM_UNSPECIFIED: _ClassVar[OutputStream]
    OUTPUT_STREAM_STDOUT: _ClassVar[OutputStream]
    OUTPUT_STREAM_STDERR: _ClassVar[OutputStream]

class ExecutionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXECUTION_STATE_UNSPECIFIED: _ClassVar[ExecutionState]
    EXECUTION_STATE_QUEUED: _ClassVar[ExecutionState]
    EXECUTION_STATE_RUNNING: _ClassVar[ExecutionState]
    EXECUTION_STATE_FINISHED: _ClassVar[ExecutionState]
STDIN_MODE_UNSPECIFIED: StdinMode
STDIN_MODE_CLOSED: StdinMode
STDIN_MODE_BYTES: StdinMode
STDIN_MODE_INTERACTIVE: StdinMode
ON_DISCONNECT_UNSPECIFIED: OnDisconnect
ON_DISCONNECT_CANCEL: OnDisconnect
ON_DISCONNECT_DETACH: OnDisconnect
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_EXITED: Outcome
OUTCOME_SIGNALED: Outcome
OUTCOME_TIMED_OUT: Outcome
OUTCOME_OUT_OF_MEMORY: Outcome
OUTCOME_OUTPUT_LIMIT_EXCEEDED: Outcome
OUTCOME_CANCELLED: Outcome
OUTCOME_SETUP_FAILED: Outcome
OUTCOME_SANDBOX_LOST: Outcome
PHASE_UNSPECIFIED: Phase
PHASE_PREPARE: Phase
PHASE_INSTALL: Phase
PHASE_SETUP: Phase
PHASE_RUN: Phase
USAGE_SCOPE_UNSPECIFIED: UsageScope
USAGE_SCOPE_EXECUTION: UsageScope
USAGE_SCOPE_SANDBOX: UsageScope
SANDBOX_ORIGIN_UNSPECIFIED: SandboxOrigin
SANDBOX_ORIGIN_NEW: SandboxOrigin
SANDBOX_ORIGIN_POOL: SandboxOrigin
SANDBOX_ORIGIN_POOL_UPDATED: SandboxOrigin
SANDBOX_ORIGIN_REUSED: SandboxOrigin
SANDBOX_ORIGIN_SESSION: SandboxOrigin
INTERPRETER_START_UNSPECIFIED: InterpreterStart
INTERPRETER_START_COLD: InterpreterStart
INTERPRETER_START_HOT: InterpreterStart
OUTPUT_STREAM_UNSPECIFIED: OutputStream
OUTPUT_STREAM_STDOUT: OutputStream
OUTPUT_STREAM_STDERR: OutputStream
EXECUTION_STATE_UNSPECIFIED: ExecutionState
EXECUTION_STATE_QUEUED: ExecutionState
EXECUTION_STATE_RUNNING: ExecutionState
EXECUTION_STATE_FINISHED: ExecutionState

class ExecuteRequest(_message.Message):
    __slots__ = ("runtime", "code", "command", "code_url", "arguments", "env", "stdin", "stdin_mode", "working_directory", "files", "output_paths", "setup_script", "packages", "session_id", "create_session_if_missing", "context", "secrets", "policy", "request_id", "image", "labels", "on_disconnect")
    class EnvEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class SecretsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    CODE_URL_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    STDIN_FIELD_NUMBER: _ClassVar[int]
    STDIN_MODE_FIELD_NUMBER: _ClassVar[int]
    WORKING_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PATHS_FIELD_NUMBER: _ClassVar[int]
    SETUP_SCRIPT_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_SESSION_IF_MISSING_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    ON_DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    runtime: str
    code: str
    command: str
    code_url: CodeUrl
    arguments: _containers.RepeatedScalarFieldContainer[str]
    env: _containers.ScalarMap[str, str]
    stdin: bytes
    stdin_mode: StdinMode
    working_directory: str
    files: _containers.RepeatedCompositeFieldContainer[_file_pb2.InputFile]
    output_paths: _containers.RepeatedScalarFieldContainer[str]
    setup_script: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    session_id: str
    create_session_if_missing: bool
    context: str
    secrets: _containers.ScalarMap[str, str]
    policy: _policy_pb2.Policy
    request_id: str
    image: str
    labels: _containers.ScalarMap[str, str]
    on_disconnect: OnDisconnect
    def __init__(self, runtime: _Optional[str] = ..., code: _Optional[str] = ..., command: _Optional[str] = ..., code_url: _Optional[_Union[CodeUrl, _Mapping]] = ..., arguments: _Optional[_Iterable[str]] = ..., env: _Optional[_Mapping[str, str]] = ..., stdin: _Optional[bytes] = ..., stdin_mode: _Optional[_Union[StdinMode, str]] = ..., working_directory: _Optional[str] = ..., files: _Optional[_Iterable[_Union[_file_pb2.InputFile, _Mapping]]] = ..., output_paths: _Optional[_Iterable[str]] = ..., setup_script: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., session_id: _Optional[str] = ..., create_session_if_missing: bool = ..., context: _Optional[str] = ..., secrets: _Optional[_Mapping[str, str]] = ..., policy: _Optional[_Union[_policy_pb2.Policy, _Mapping]] = ..., request_id: _Optional[str] = ..., image: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., on_disconnect: _Optional[_Union[OnDisconnect, str]] = ...) -> None: ...

class CodeUrl(_message.Message):
    __slots__ = ("url", "sha256")
    URL_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    url: str
    sha256: str
    def __init__(self, url: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class ExecuteResponse(_message.Message):
    __slots__ = ("execution_id", "session_id", "outcome", "exit_code", "signal", "phase", "message", "stdout", "stderr", "stdout_raw", "stderr_raw", "stdout_stats", "stderr_stats", "files", "missing_output_paths", "displays", "usage", "timings", "network_log", "effective_policy", "policy_digest", "error", "context_ended", "dropped_displays")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    STDOUT_RAW_FIELD_NUMBER: _ClassVar[int]
    STDERR_RAW_FIELD_NUMBER: _ClassVar[int]
    STDOUT_STATS_FIELD_NUMBER: _ClassVar[int]
    STDERR_STATS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    MISSING_OUTPUT_PATHS_FIELD_NUMBER: _ClassVar[int]
    DISPLAYS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_LOG_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ENDED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_DISPLAYS_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    session_id: str
    outcome: Outcome
    exit_code: int
    signal: int
    phase: Phase
    message: str
    stdout: str
    stderr: str
    stdout_raw: bytes
    stderr_raw: bytes
    stdout_stats: StreamStats
    stderr_stats: StreamStats
    files: _containers.RepeatedCompositeFieldContainer[_file_pb2.OutputFile]
    missing_output_paths: _containers.RepeatedCompositeFieldContainer[_file_pb2.MissingOutputPath]
    displays: _containers.RepeatedCompositeFieldContainer[_display_pb2.Display]
    usage: Usage
    timings: Timings
    network_log: _containers.RepeatedCompositeFieldContainer[NetworkConnection]
    effective_policy: _policy_pb2.EffectivePolicy
    policy_digest: str
    error: ExecutionError
    context_ended: bool
    dropped_displays: int
    def __init__(self, execution_id: _Optional[str] = ..., session_id: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., exit_code: _Optional[int] = ..., signal: _Optional[int] = ..., phase: _Optional[_Union[Phase, str]] = ..., message: _Optional[str] = ..., stdout: _Optional[str] = ..., stderr: _Optional[str] = ..., stdout_raw: _Optional[bytes] = ..., stderr_raw: _Optional[bytes] = ..., stdout_stats: _Optional[_Union[StreamStats, _Mapping]] = ..., stderr_stats: _Optional[_Union[StreamStats, _Mapping]] = ..., files: _Optional[_Iterable[_Union[_file_pb2.OutputFile, _Mapping]]] = ..., missing_output_paths: _Optional[_Iterable[_Union[_file_pb2.MissingOutputPath, _Mapping]]] = ..., displays: _Optional[_Iterable[_Union[_display_pb2.Display, _Mapping]]] = ..., usage: _Optional[_Union[Usage, _Mapping]] = ..., timings: _Optional[_Union[Timings, _Mapping]] = ..., network_log: _Optional[_Iterable[_Union[NetworkConnection, _Mapping]]] = ..., effective_policy: _Optional[_Union[_policy_pb2.EffectivePolicy, _Mapping]] = ..., policy_digest: _Optional[str] = ..., error: _Optional[_Union[ExecutionError, _Mapping]] = ..., context_ended: bool = ..., dropped_displays: _Optional[int] = ...) -> None: ...

class ExecutionError(_message.Message):
    __slots__ = ("name", "message", "frames")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    name: str
    message: str
    frames: _containers.RepeatedCompositeFieldContainer[ErrorFrame]
    def __init__(self, name: _Optional[str] = ..., message: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[ErrorFrame, _Mapping]]] = ...) -> None: ...

class ErrorFrame(_message.Message):
    __slots__ = ("file", "line", "function", "source")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    function: str
    source: str
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., function: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class StreamStats(_message.Message):
    __slots__ = ("total_bytes", "dropped_bytes", "truncated")
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    DROPPED_BYTES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    total_bytes: int
    dropped_bytes: int
    truncated: bool
    def __init__(self, total_bytes: _Optional[int] = ..., dropped_bytes: _Optional[int] = ..., truncated: bool = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("cpu_user", "cpu_system", "peak_memory_bytes", "peak_processes", "oom_kills", "network_received_bytes", "network_sent_bytes", "scope")
    CPU_USER_FIELD_NUMBER: _ClassVar[int]
    CPU_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    PEAK_PROCESSES_FIELD_NUMBER: _ClassVar[int]
    OOM_KILLS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    NETWORK_SENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    cpu_user: _duration_pb2.Duration
    cpu_system: _duration_pb2.Duration
    peak_memory_bytes: int
    peak_processes: int
    oom_kills: int
    network_received_bytes: int
    network_sent_bytes: int
    scope: UsageScope
    def __init__(self, cpu_user: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., cpu_system: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., peak_memory_bytes: _Optional[int] = ..., peak_processes: _Optional[int] = ..., oom_kills: _Optional[int] = ..., network_received_bytes: _Optional[int] = ..., network_sent_bytes: _Optional[int] = ..., scope: _Optional[_Union[UsageScope, str]] = ...) -> None: ...

class Timings(_message.Message):
    __slots__ = ("queued", "acquired", "installed", "setup", "first_output", "run", "total", "sandbox", "interpreter", "cold_reason")
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    ACQUIRED_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    SETUP_FIELD_NUMBER: _ClassVar[int]
    FIRST_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    INTERPRETER_FIELD_NUMBER: _ClassVar[int]
    COLD_REASON_FIELD_NUMBER: _ClassVar[int]
    queued: _duration_pb2.Duration
    acquired: _duration_pb2.Duration
    installed: _duration_pb2.Duration
    setup: _duration_pb2.Duration
    first_output: _duration_pb2.Duration
    run: _duration_pb2.Duration
    total: _duration_pb2.Duration
    sandbox: SandboxOrigin
    interpreter: InterpreterStart
    cold_reason: str
    def __init__(self, queued: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., acquired: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., installed: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., setup: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., first_output: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., run: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., total: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., sandbox: _Optional[_Union[SandboxOrigin, str]] = ..., interpreter: _Optional[_Union[InterpreterStart, str]] = ..., cold_reason: _Optional[str] = ...) -> None: ...

class NetworkConnection(_message.Message):
    __slots__ = ("time", "host", "port", "address", "allowed", "reason", "received_bytes", "sent_bytes")
    TIME_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    SENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    host: str
    port: int
    address: str
    allowed: bool
    reason: str
    received_bytes: int
    sent_bytes: int
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., host: _Optional[str] = ..., port: _Optional[int] = ..., address: _Optional[str] = ..., allowed: bool = ..., reason: _Optional[str] = ..., received_bytes: _Optional[int] = ..., sent_bytes: _Optional[int] = ...) -> None: ...

class ExecutionEvent(_message.Message):
    __slots__ = ("sequence", "event_time", "started", "queued", "phase", "output", "display", "network", "file", "gap", "finished")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event_time: _timestamp_pb2.Timestamp
    started: ExecutionStarted
    queued: ExecutionQueued
    phase: ExecutionPhase
    output: ExecutionOutput
    display: _display_pb2.Display
    network: NetworkConnection
    file: _file_pb2.FileChunk
    gap: ExecutionGap
    finished: ExecuteResponse
    def __init__(self, sequence: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started: _Optional[_Union[ExecutionStarted, _Mapping]] = ..., queued: _Optional[_Union[ExecutionQueued, _Mapping]] = ..., phase: _Optional[_Union[ExecutionPhase, _Mapping]] = ..., output: _Optional[_Union[ExecutionOutput, _Mapping]] = ..., display: _Optional[_Union[_display_pb2.Display, _Mapping]] = ..., network: _Optional[_Union[NetworkConnection, _Mapping]] = ..., file: _Optional[_Union[_file_pb2.FileChunk, _Mapping]] = ..., gap: _Optional[_Union[ExecutionGap, _Mapping]] = ..., finished: _Optional[_Union[ExecuteResponse, _Mapping]] = ...) -> None: ...

class ExecutionStarted(_message.Message):
    __slots__ = ("execution_id", "session_id", "effective_policy", "policy_digest", "queued")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    session_id: str
    effective_policy: _policy_pb2.EffectivePolicy
    policy_digest: str
    queued: _duration_pb2.Duration
    def __init__(self, execution_id: _Optional[str] = ..., session_id: _Optional[str] = ..., effective_policy: _Optional[_Union[_policy_pb2.EffectivePolicy, _Mapping]] = ..., policy_digest: _Optional[str] = ..., queued: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ExecutionQueued(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: int
    def __init__(self, position: _Optional[int] = ...) -> None: ...

class ExecutionPhase(_message.Message):
    __slots__ = ("phase",)
    PHASE_FIELD_NUMBER: _ClassVar[int]
    phase: Phase
    def __init__(self, phase: _Optional[_Union[Phase, str]] = ...) -> None: ...

class ExecutionOutput(_message.Message):
    __slots__ = ("stream", "text", "data")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    stream: OutputStream
    text: str
    data: bytes
    def __init__(self, stream: _Optional[_Union[OutputStream, str]] = ..., text: _Optional[str] = ..., data: _Optional[bytes] = ...) -> None: ...

class ExecutionGap(_message.Message):
    __slots__ = ("to", "bytes")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    to: int
    bytes: int
    def __init__(self, to: _Optional[int] = ..., bytes: _Optional[int] = ..., **kwargs) -> None: ...

class ExecuteStreamRequest(_message.Message):
    __slots__ = ("execute",)
    EXECUTE_FIELD_NUMBER: _ClassVar[int]
    execute: ExecuteRequest
    def __init__(self, execute: _Optional[_Union[ExecuteRequest, _Mapping]] = ...) -> None: ...

class ExecuteStreamResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: ExecutionEvent
    def __init__(self, event: _Optional[_Union[ExecutionEvent, _Mapping]] = ...) -> None: ...

class WatchExecutionRequest(_message.Message):
    __slots__ = ("execution_id", "request_id", "after_sequence")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    request_id: str
    after_sequence: int
    def __init__(self, execution_id: _Optional[str] = ..., request_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class WatchExecutionResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: ExecutionEvent
    def __init__(self, event: _Optional[_Union[ExecutionEvent, _Mapping]] = ...) -> None: ...

class GetExecutionRequest(_message.Message):
    __slots__ = ("execution_id", "request_id")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    request_id: str
    def __init__(self, execution_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetExecutionResponse(_message.Message):
    __slots__ = ("execution",)
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    execution: Execution
    def __init__(self, execution: _Optional[_Union[Execution, _Mapping]] = ...) -> None: ...

class Execution(_message.Message):
    __slots__ = ("execution_id", "request_id", "session_id", "state", "runtime", "labels", "create_time", "start_time", "end_time", "result")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    request_id: str
    session_id: str
    state: ExecutionState
    runtime: str
    labels: _containers.ScalarMap[str, str]
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    result: ExecuteResponse
    def __init__(self, execution_id: _Optional[str] = ..., request_id: _Optional[str] = ..., session_id: _Optional[str] = ..., state: _Optional[_Union[ExecutionState, str]] = ..., runtime: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., result: _Optional[_Union[ExecuteResponse, _Mapping]] = ...) -> None: ...

class ListExecutionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "labels", "session_id", "runtime", "states", "outcomes")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    labels: _containers.ScalarMap[str, str]
    session_id: str
    runtime: str
    states: _containers.RepeatedScalarFieldContainer[ExecutionState]
    outcomes: _containers.RepeatedScalarFieldContainer[Outcome]
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., session_id: _Optional[str] = ..., runtime: _Optional[str] = ..., states: _Optional[_Iterable[_Union[ExecutionState, str]]] = ..., outcomes: _Optional[_Iterable[_Union[Outcome, str]]] = ...) -> None: ...

class ListExecutionsResponse(_message.Message):
    __slots__ = ("executions", "next_page_token")
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    executions: _containers.RepeatedCompositeFieldContainer[Execution]
    next_page_token: str
    def __init__(self, executions: _Optional[_Iterable[_Union[Execution, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelExecutionRequest(_message.Message):
    __slots__ = ("execution_id", "request_id")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    request_id: str
    def __init__(self, execution_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelExecutionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendInputRequest(_message.Message):
    __slots__ = ("execution_id", "offset", "data", "end")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    offset: int
    data: bytes
    end: bool
    def __init__(self, execution_id: _Optional[str] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ..., end: bool = ...) -> None: ...

class SendInputResponse(_message.Message):
    __slots__ = ("offset",)
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    offset: int
    def __init__(self, offset: _Optional[int] = ...) -> None: ...

class SendSignalRequest(_message.Message):
    __slots__ = ("execution_id", "signal")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    execution_id: str
    signal: int
    def __init__(self, execution_id: _Optional[str] = ..., signal: _Optional[int] = ...) -> None: ...

class SendSignalResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
