"""Enums of the contract as strings without their prefix."""

from __future__ import annotations

from functools import cache
from typing import Any, Callable


@cache
def _table(enum: Any) -> tuple[dict[int, str], dict[str, int]]:
    prefix = enum.values_by_number[0].name[: -len("UNSPECIFIED")]
    names = {value.number: value.name[len(prefix) :] for value in enum.values}
    return names, {name: number for number, name in names.items()}


def namer(enum: Any) -> Callable[[int], str]:
    """Gives what names the values of an enum; unknown ones are `UNRECOGNIZED_<number>`."""
    names, _ = _table(enum)
    return lambda number: names.get(number) or f"UNRECOGNIZED_{number}"


def number_of(enum: Any, name: object) -> int:
    """Reads a name; raises ValueError with those that there are."""
    _, numbers = _table(enum)
    number = numbers.get(name) if isinstance(name, str) else None
    if number is None:
        known = ", ".join(repr(name) for name, number in numbers.items() if number != 0)
        raise ValueError(f"must be one of {known}, not {name!r}")
    return number
