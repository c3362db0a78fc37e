"""Does something about modules when the code imports them.

Nothing that the code may do without is imported here, which would take longer than all else that a context begins with.
"""

import sys

_before, _after = {}, {}


class _Finder:
    """Comes before the others, to see what is imported."""

    def find_spec(self, name, path=None, target=None):
        if name in _before:
            _before[name]()
        if name not in _after:
            return None
        sys.meta_path.remove(self)
        try:
            for finder in sys.meta_path:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    _extend(spec.loader, _after[name])
                    return spec
        finally:
            sys.meta_path.insert(0, self)
        return None


def before(name, then):
    """Calls `then` before a module is imported."""
    _before[name] = then


def after(name, then):
    """Calls `then` with a module when it has been imported."""
    _after[name] = then


def watch():
    sys.meta_path.insert(0, _Finder())


def _extend(loader, then):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        then(module)

    loader.exec_module = exec_module
