"""Figures of matplotlib are shown without being asked for: when pyplot shows them, or else at the end of the cell.

Nothing of it is imported here. A finder in front of the others sees when the code does.
"""

import os
import sys
import traceback

_PYPLOT = "matplotlib.pyplot"


class _Finder:
    """Prepares matplotlib when it is imported."""

    def find_spec(self, name, path=None, target=None):
        if name == "matplotlib":
            # There is no screen.
            os.environ.setdefault("MPLBACKEND", "Agg")
        if name != _PYPLOT:
            return None
        sys.meta_path.remove(self)
        try:
            for finder in sys.meta_path:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    _after(spec.loader, _take_over)
                    return spec
        finally:
            sys.meta_path.insert(0, self)
        return None


def watch():
    sys.meta_path.insert(0, _Finder())


def is_figure(value):
    # A class of this name can only be there when its module is.
    figure = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    return isinstance(figure, type) and isinstance(value, figure)


def png(figure):
    import io

    out = io.BytesIO()
    figure.savefig(out, format="png", bbox_inches="tight")
    return out.getvalue()


def show(*_, **__):
    """Shows all open figures and closes them."""
    pyplot = _pyplot()
    if pyplot is None:
        return
    import _isol8_display

    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        _isol8_display.display(figure)
        pyplot.close(figure)


def forget(value):
    """Closes a figure that was shown, so that it is not shown again."""
    if is_figure(value) and _pyplot() is not None:
        _pyplot().close(value)


def show_rest():
    """Shows what a cell that failed has left open."""
    try:
        show()
    except Exception:
        # A figure that cannot be drawn would be tried again in every cell.
        traceback.print_exc()
        _pyplot().close("all")


def _pyplot():
    module = sys.modules.get(_PYPLOT)
    # While it is being imported it has none of this yet.
    return module if hasattr(module, "get_fignums") and hasattr(module, "close") else None


def _take_over(module):
    module.show = show


def _after(loader, then):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        then(module)

    loader.exec_module = exec_module
