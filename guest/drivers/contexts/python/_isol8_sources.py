"""The source of cells, for whatever shows lines of it."""

import sys

import _isol8_imports as imports

_kept = {}


def keep(file, text):
    # As with a file, every line has an end: the marks below an expression are placed by that.
    _kept[file] = len(text), None, [part + "\n" for part in text.split("\n")], file
    linecache = sys.modules.get("linecache")
    if linecache is not None:
        linecache.cache[file] = _kept[file]


def watch():
    imports.after("linecache", lambda linecache: linecache.cache.update(_kept))
