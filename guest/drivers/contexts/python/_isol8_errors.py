"""Tells what a cell did not catch: the usual text on standard error, and its parts to the guest."""

import sys

import _isol8_line as line

# What the guest takes at most.
_MOST_FRAMES = 100
_LONGEST_NAME, _LONGEST_MESSAGE, _LONGEST_FILE, _LONGEST_SOURCE = 256, 8 << 10, 4 << 10, 512
# All of it together has to fit a frame, in bytes.
_MOST = 60 << 10


def report(error):
    """Prints an error, tells it, and returns the exit code."""
    import traceback

    trace = _from_cell(error.__traceback__)
    error.__traceback__ = trace
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    try:
        if sys.excepthook is sys.__excepthook__:
            # The hook itself would look for the source in files only.
            traceback.print_exception(type(error), error, trace)
        else:
            sys.excepthook(type(error), error, trace)
    except BaseException:
        # The code may have closed standard error, or put something else there.
        _attempt(lambda: traceback.print_exc(file=sys.__stderr__))
    line.error(_fields(error, trace))
    return 1


def exit_code(error):
    """The exit code of a SystemExit, whose text is printed as the interpreter does."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    _attempt(lambda: print(error.code, file=sys.stderr))
    return 1


def _attempt(what):
    try:
        what()
    except BaseException:
        # Whatever the code's objects raise here, the cell is over, and its variables stay.
        pass


def _from_cell(trace):
    """What of a traceback is the code's: all from the first line of a cell on."""
    while trace and not trace.tb_frame.f_code.co_filename.startswith("<cell "):
        trace = trace.tb_next
    return trace


def _fields(error, trace):
    places = _places(error, trace)[-_MOST_FRAMES:]
    fields = [type(error).__name__[:_LONGEST_NAME], _message(error)[:_LONGEST_MESSAGE]]
    size = sum(len(line.text(field)) for field in fields)
    kept = []
    # The innermost say most.
    for place in reversed(places):
        size += sum(len(line.text(field)) + 1 for field in place)
        if size > _MOST:
            break
        kept.append(place)
    for place in reversed(kept):
        fields += place
    return fields


def _places(error, trace):
    import linecache

    places = []
    while trace:
        code = trace.tb_frame.f_code
        source = linecache.getline(code.co_filename, trace.tb_lineno, trace.tb_frame.f_globals)
        name = "" if code.co_name == "<module>" else code.co_name
        places.append(_place(code.co_filename, trace.tb_lineno, name, source))
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        places.append(_place(error.filename, error.lineno or 0, "", error.text or ""))
    return places


def _place(file, number, name, source):
    return file[:_LONGEST_FILE], number, name[:_LONGEST_NAME], source.strip()[:_LONGEST_SOURCE]


def _message(error):
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:
        return "<its text could not be made>"
