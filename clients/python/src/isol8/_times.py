"""Lengths and points of time, as protobuf has them and as Python has them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# What a google.protobuf.Duration holds: 10,000 years.
_MOST_SECONDS = 315_576_000_000


def timedelta_of(message: Any) -> timedelta:
    """Reads a Duration; what is finer than a microsecond is cut."""
    return timedelta(seconds=message.seconds, microseconds=int(message.nanos / 1000))


def datetime_of(message: Any) -> datetime:
    """Reads a Timestamp as an aware datetime in UTC; what is finer than a microsecond is cut."""
    return _EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def seconds_of(value: object) -> float:
    """Reads seconds or a timedelta; raises ValueError with what is wrong."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"must be seconds or a timedelta, not {type(value).__name__}")
    if abs(value) > _MOST_SECONDS or not math.isfinite(value):
        raise ValueError(f"must be a length of time, not {value}")
    return float(value)


def fill_duration(message: Any, value: object) -> None:
    """Writes a Duration from seconds or a timedelta."""
    microseconds = (
        value // timedelta(microseconds=1)
        if isinstance(value, timedelta)
        else round(seconds_of(value) * 1_000_000)
    )
    # Both parts have the sign of the whole.
    sign = -1 if microseconds < 0 else 1
    seconds, rest = divmod(abs(microseconds), 1_000_000)
    message.seconds, message.nanos = sign * seconds, sign * rest * 1000


def fill_timestamp(message: Any, value: object) -> None:
    """Writes a Timestamp from an aware datetime."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a datetime with a time zone: datetime.now(timezone.utc), say")
    seconds, rest = divmod((value - _EPOCH) // timedelta(microseconds=1), 1_000_000)
    message.seconds, message.nanos = seconds, rest * 1000
