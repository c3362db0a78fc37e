"""What a server is and can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .policy import EffectiveLimits


@dataclass(frozen=True)
class Runtime:
    """A language that the server runs."""

    name: str
    version: str
    """Of the interpreter; empty when the image is missing."""
    image: str
    available: bool
    memory_floor_bytes: int
    """The least `memory_bytes` that it takes."""


@dataclass(frozen=True)
class IsolationClass:
    """A way to run containers."""

    name: str
    unenforced: tuple[str, ...]
    """Fields of a policy that it does not enforce."""


@dataclass(frozen=True)
class Quota:
    """How much of something a caller may use."""

    name: str
    limit: int
    remaining: int


@dataclass(frozen=True)
class ContainerEngine:
    """What runs the sandboxes."""

    version: str
    api_version: str
    cgroup_version: int
    missing: tuple[str, ...]
    """What this host cannot enforce, a sentence each."""


@dataclass(frozen=True)
class ServerInfo:
    """What a server is and can do, asked from Docker now."""

    version: str
    """Of isol8."""
    runtimes: tuple[Runtime, ...]
    defaults: EffectiveLimits
    """What holds when a request sets nothing."""
    ceilings: EffectiveLimits
    """The most that the caller may ask for."""
    isolation_classes: tuple[IsolationClass, ...]
    quotas: tuple[Quota, ...]
    container_engine: Optional[ContainerEngine]
    running_executions: int
    queued_executions: int
