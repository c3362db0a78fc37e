"""Rich results: what an object looks like, by MIME type."""

import builtins
import sys

import _isol8_figures as figures
import _isol8_line as line

# The methods by which objects give a form of themselves, as notebooks call them.
_METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
    "_repr_javascript_": "application/javascript",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_pdf_": "application/pdf",
}
# Forms that are bytes; where they are text all the same, it is base64.
_BINARY = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}


def display(*objects, display_id=None, raw=False):
    """Shows objects. A later display of the same display_id replaces them; with raw they are forms by MIME type."""
    for shown in objects:
        line.display(_encode(shown if raw else _forms(shown)), display_id or "", False)


def result(value):
    """Shows the value of a cell's last expression; None is no value."""
    if value is None:
        return
    # As an interactive interpreter has it.
    builtins._ = value
    line.display(_encode(_forms(value)), "", True)
    figures.forget(value)


def _forms(value):
    forms = {"text/plain": repr(value)}
    # A class has the methods for its objects. They are looked up there, because some objects have every attribute.
    kind = type(value)
    if not isinstance(value, type):
        for name, mime in _METHODS.items():
            if hasattr(kind, name):
                forms[mime] = _ask(getattr(value, name))
        if hasattr(kind, "_repr_mimebundle_"):
            bundle = _ask(lambda: value._repr_mimebundle_(include=None, exclude=None))
            # With metadata it is a pair.
            bundle = bundle[0] if isinstance(bundle, tuple) and bundle else bundle
            forms.update(bundle if isinstance(bundle, dict) else {})
        if figures.is_figure(value) and forms.get("image/png") is None:
            forms["image/png"] = _ask(lambda: figures.png(value))
    return forms


def _ask(method):
    """What an object gives of itself. That one form fails does not take the others."""
    try:
        return method()
    except Exception:
        import traceback

        traceback.print_exc(file=sys.stderr)
        return None


def _encode(forms):
    encoded = {}
    for mime, data in forms.items():
        # Some give metadata beside the form.
        data = data[0] if isinstance(data, tuple) and data else data
        data = None if data is None else _ask(lambda: _bytes(str(mime), data))
        if data is not None:
            encoded[str(mime)] = data
    return encoded


def _bytes(mime, data):
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if not isinstance(data, str):
        import json

        return json.dumps(data).encode()
    if mime in _BINARY:
        import base64

        return base64.b64decode(data)
    return data.encode("utf-8", "backslashreplace")
