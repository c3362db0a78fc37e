"""Signals by name, as Linux numbers them: the sandbox is Linux, whatever the client runs on."""

from __future__ import annotations

from typing import Union

from ._write import refuse

_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP "
    "TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()
_NUMBERS = {f"SIG{name}": i for i, name in enumerate(_NAMES, start=1)}


def signal_number(signal: Union[int, str]) -> int:
    """Reads `SIGINT` or 2; whether a number makes sense is the server's business."""
    if isinstance(signal, int) and not isinstance(signal, bool):
        return int(signal)
    number = _NUMBERS.get(signal) if isinstance(signal, str) else None
    if number is None:
        raise refuse("signal", f"must be a number or a name such as SIGINT, not {signal!r}")
    return number
