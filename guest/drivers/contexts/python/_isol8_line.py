"""The line between the interpreter and the guest: a pipe for cells and one for what is told of them. Their names are in a
directory that the last argument names, until they are open.

A frame is its kind, a letter, and the size of what follows in eight hexadecimal digits; so is a cell, without a letter.
Texts in them end in a NUL.
"""

import _thread
import fcntl
import os
import sys
from _signal import SIGINT, default_int_handler, raise_signal, signal

# Their descriptors are out of the way of those that the code will open.
_ASIDE = 100
# How much of a display goes into one frame: the guest takes no less but at the end of a form, and no more.
_PIECE = 64 << 10
# How many displays of one cell are told.
_MOST_DISPLAYS = 1000


class Cell:
    """One piece of code and what holds while it runs."""

    def __init__(self, message):
        token, number, directory, variables, size, _, rest = message.split(b"\0", 6)
        *pairs, rest = rest.split(b"\0", int(variables))
        self.token = token
        self.number = int(number)
        self.directory = directory
        self.environment = dict(pair.split(b"=", 1) for pair in pairs)
        self.code, self.stdin = rest[: int(size)], rest[int(size) :]


class _Undisturbed:
    """Puts off an interrupt in the main thread, so that no frame is left unfinished."""

    def __enter__(self):
        self.noted = False
        self.mine = _thread.get_ident() == _main_thread
        if self.mine:
            self.before = signal(SIGINT, self.note)
        _lock.acquire()

    def __exit__(self, *_):
        _lock.release()
        if self.mine:
            signal(SIGINT, self.before or default_int_handler)
            if self.noted:
                raise_signal(SIGINT)

    def note(self, number, frame):
        self.noted = True


def ready():
    _send(b"r")


def next_cell():
    global _cell, _displays, _dropped
    cell = Cell(_take(int(_take(8), 16)))
    _cell, _displays, _dropped = cell, 0, 0
    return cell


def started():
    with _Undisturbed():
        _send(b"s", _cell.token + b"\0")


def done(code):
    """Ends the cell: nothing is told of it any more."""
    global _cell
    with _Undisturbed():
        cell, _cell = _cell, None
        _send(b"x", b"%s\0%d\0%d\0" % (cell.token, code, _dropped))


def display(forms, display_id, is_result):
    """Tells of a display, whose forms are bytes by MIME type. Between cells it is dropped."""
    global _displays, _dropped
    with _Undisturbed():
        if _cell is None or not is_mine() or not forms:
            return
        _displays += 1
        if _displays > _MOST_DISPLAYS:
            _dropped += 1
            return
        head = [b"1" if is_result else b"0", text(display_id)]
        for mime, data in forms.items():
            head += text(mime), b"%d" % len(data)
        _send(b"d", b"".join(field + b"\0" for field in head))
        for data in forms.values():
            for at in range(0, len(data), _PIECE):
                _send(b"p", data[at : at + _PIECE])


def error(fields):
    """Tells of the error that ended the cell."""
    with _Undisturbed():
        if is_mine():
            _send(b"e", b"".join(text(field) + b"\0" for field in fields))


def is_mine():
    """Whether this is the process that the guest talks to."""
    return os.getpid() == _process


def text(value):
    return str(value).replace("\0", "\ufffd").encode("utf-8", "backslashreplace")


def _send(kind, payload=b""):
    data = memoryview(b"%s%08x%s" % (kind, len(payload), payload))
    try:
        while data:
            data = data[os.write(_to_guest, data) :]
    except OSError:
        _lost()


def _take(size):
    pieces = []
    while size:
        try:
            piece = os.read(_from_guest, min(size, 1 << 20))
        except OSError:
            _lost()
        if not piece:
            os._exit(1)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _lost():
    # The code has closed it, and nobody can be told anything any more but in this way.
    try:
        os.write(2, b"isol8: the code has closed the pipes of its context, which ends\n")
    finally:
        os._exit(1)


def _open(name, mode):
    descriptor = os.open(os.path.join(sys.argv[-1], name), mode)
    for least in (_ASIDE, 3):
        try:
            aside = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError:
            continue
        os.close(descriptor)
        return aside
    os._exit(1)


def _forget():
    # What the guest is told is the business of one process.
    for descriptor in (_from_guest, _to_guest):
        try:
            os.close(descriptor)
        except OSError:
            pass


_lock = _thread.RLock()
_main_thread = _thread.get_ident()
_process = os.getpid()
_cell, _displays, _dropped = None, 0, 0
_from_guest, _to_guest = _open("orders", os.O_RDONLY), _open("said", os.O_WRONLY)
os.register_at_fork(after_in_child=_forget)
