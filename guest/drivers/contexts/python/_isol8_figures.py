"""Figures of matplotlib are shown without being asked for: when pyplot shows them, or else at the end of the cell.

Nothing of it is imported here.
"""

import os
import sys

import _isol8_imports as imports

_PYPLOT = "matplotlib.pyplot"


def watch():
    # There is no screen.
    imports.before("matplotlib", lambda: os.environ.setdefault("MPLBACKEND", "Agg"))
    imports.after(_PYPLOT, _take_over)


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
        import traceback

        traceback.print_exc()
        _pyplot().close("all")


def _pyplot():
    module = sys.modules.get(_PYPLOT)
    # While it is being imported it has none of this yet.
    return module if hasattr(module, "get_fignums") and hasattr(module, "close") else None


def _take_over(module):
    module.show = show
