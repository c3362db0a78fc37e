"""What holds for an execution: what is asked for, and what came of it.

What is asked for may be given as plain dictionaries of the same names too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Optional, Union

Seconds = Union[float, timedelta]
"""A length of time: seconds, or a timedelta."""

OnOutputLimit = Literal["TRUNCATE", "KILL"]
NetworkMode = Literal["NONE", "FILTERED", "OPEN"]
Reuse = Literal["NEVER", "SAME_TENANT"]


@dataclass(frozen=True)
class Limits:
    """Numbers that bound an execution. What is None takes the server's default; 0 is refused."""

    timeout: Optional[Seconds] = None
    """Wall time of set-up and program together; 30 s by default. At it: `TIMED_OUT`."""
    memory_bytes: Optional[int] = None
    """Memory of the program; 512 MiB by default. At it: `OUT_OF_MEMORY`."""
    cpu_cores: Optional[float] = None
    """CPU cores, fractions allowed; 1.0 by default."""
    processes: Optional[int] = None
    """Processes and threads; 128 by default. At it a new one fails with EAGAIN."""
    output_bytes: Optional[int] = None
    """Bytes kept of each stream; 1 MiB by default. At it: `Policy.on_output_limit`."""
    workspace_bytes: Optional[int] = None
    """Size of /sandbox; 256 MiB by default. At it writing fails with ENOSPC."""
    tmp_bytes: Optional[int] = None
    """Size of /tmp; 128 MiB by default. At it writing fails with ENOSPC."""
    open_files: Optional[int] = None
    """Open files of each process; 1024 by default. At it opening fails with EMFILE."""


@dataclass(frozen=True)
class NetworkRule:
    """Matches connections; exactly one of `host`, `host_regex` and `cidr`."""

    host: Optional[str] = None
    """A name, `api.example.com`, or all below one, `*.example.com`."""
    host_regex: Optional[str] = None
    """A regular expression (RE2) for the whole name."""
    cidr: Optional[str] = None
    """What a name may resolve to."""
    ports: Sequence[int] = ()
    """Ports; 80 and 443 when empty."""


@dataclass(frozen=True)
class Network:
    """What a sandbox may reach. isol8 0.1.0 has the mode `NONE` only and refuses the rest."""

    mode: Optional[NetworkMode] = None
    allow: Sequence[NetworkRule] = ()
    deny: Sequence[NetworkRule] = ()
    log: Optional[bool] = None


@dataclass(frozen=True)
class Isolation:
    """How a sandbox is kept apart from its host."""

    runtime_class: Optional[str] = None
    """`runc` or `runsc`, say; the operator's choice by default."""
    seccomp: Optional[str] = None
    """`DEFAULT`, `STRICT`, or the name of a profile that the operator configured."""
    reuse: Optional[Reuse] = None
    """Whether the sandbox may have run something of the same key before; `NEVER` by default."""
    writable_root: Optional[bool] = None
    """Whether the root file system can be written; isol8 0.1.0 refuses True."""


@dataclass(frozen=True)
class Policy:
    """What a caller asks for. What is None takes the key's profile, then the server's default."""

    profile: Optional[str] = None
    """A named policy of the server to start from."""
    limits: Union[Limits, Mapping[str, Any], None] = None
    network: Union[Network, Mapping[str, Any], None] = None
    isolation: Union[Isolation, Mapping[str, Any], None] = None
    on_output_limit: Optional[OnOutputLimit] = None
    """At `limits.output_bytes`: drop the rest (`TRUNCATE`, the default), or `KILL`."""


@dataclass(frozen=True)
class EffectiveLimits:
    """Limits as they hold, as `Limits` describes them."""

    timeout: timedelta
    memory_bytes: int
    cpu_cores: float
    processes: int
    output_bytes: int
    workspace_bytes: int
    tmp_bytes: int
    open_files: int


@dataclass(frozen=True)
class NetworkLayer:
    """The rules of one level."""

    level: str
    """Whose: `operator`, `key`, `profile` or `request`."""
    allow: tuple[NetworkRule, ...]
    deny: tuple[NetworkRule, ...]


@dataclass(frozen=True)
class EffectiveNetwork:
    """What a sandbox may reach; a connection must pass every layer."""

    mode: str
    layers: tuple[NetworkLayer, ...]
    log: bool


@dataclass(frozen=True)
class EffectivePolicy:
    """What holds, complete."""

    profile: str
    limits: EffectiveLimits
    network: EffectiveNetwork
    isolation: Isolation
    on_output_limit: str
    unenforced: tuple[str, ...]
    """Fields that the runtime class does not enforce, and that the operator accepted so."""


@dataclass(frozen=True)
class PolicyViolation:
    """A field of a policy that would be refused."""

    field: str
    description: str
    reason: str


@dataclass(frozen=True)
class ResolvedPolicy:
    """What a policy would come to."""

    effective_policy: Optional[EffectivePolicy]
    """None when there are violations."""
    policy_digest: str
    violations: tuple[PolicyViolation, ...]
