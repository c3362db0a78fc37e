"""Makes CPython wait for its program once it has booted.

The interpreter imports this module before it looks for the main file. Only modules that every boot has imported already
may be used here: whatever else were imported would be there for the program to see.
"""

import os
import site
import sys


def _take(size):
    pieces = []
    while size:
        piece = os.read(0, size)
        if not piece:
            os._exit(1)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _write(path, content):
    try:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            content = memoryview(content)
            while content:
                content = content[os.write(out, content) :]
        except OSError:
            os.unlink(path)
            raise
        finally:
            os.close(out)
    except OSError as error:
        os.write(1, b"-%d" % error.errno)
        os._exit(1)


def _is_too_late():
    # Packages that a user installs are looked for before this module is.
    return bool(site.ENABLE_USER_SITE) and os.path.isdir(site.USER_SITE)


def _divert(driver):
    """Has the interpreter run another file than its main file.

    It asks first whether the main file can be imported from, as an archive can, and if so leaves it to runpy to find a
    __main__ there. That module takes longer to import than the driver does, so it is not the one of the library here.
    """

    def run(*_):
        del sys.modules["runpy"]
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        main = sys.modules["__main__"]
        main.__file__ = driver
        with open(driver, "rb") as source:
            code = compile(source.read(), driver, "exec")
        exec(code, main.__dict__)

    sys.path_importer_cache[sys.argv[0]] = sys.path_hooks[-1](os.path.dirname(driver))
    sys.modules["runpy"] = runpy = type(sys)("runpy")
    runpy._run_module_as_main = run


def _become(message):
    arguments, variables, path, driver, rest = message.split(b"\0", 4)
    arguments, variables = int(arguments), int(variables)
    *fields, content = rest.split(b"\0", arguments + variables)
    if path:
        _write(path, content)
    if driver:
        _divert(os.fsdecode(driver))

    # Python takes the bytes of its arguments for text in the same way.
    given = [os.fsdecode(field) for field in fields[:arguments]]
    sys.argv += given
    sys.orig_argv += given
    for field in fields[arguments:]:
        name, equals, value = field.partition(b"=")
        if equals:
            os.environb[name] = value
        else:
            del os.environb[name]

    here = os.path.dirname(__file__)
    sys.path.remove(here)
    sys.path_importer_cache.pop(here, None)


def _freeze():
    """Keeps the collector off what booted, which it would look through twice when the interpreter ends: 1.2 ms."""
    was_there = "gc" in sys.modules
    import gc

    gc.freeze()
    if not was_there:
        del sys.modules["gc"]


_freeze()
os.write(1, b"w")
_message = _take(int(_take(8), 16))
if _is_too_late():
    os.write(1, b"0")
    os._exit(0)
_become(_message)
os.write(1, b"+")

# The image's own module of this name comes after all, if there is one. If not, this import fails as a plain boot's
# does, which takes this module out of sys.modules as well.
del sys.modules[__name__]
import sitecustomize  # noqa: F401
