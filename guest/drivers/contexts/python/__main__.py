"""Runs cells in CPython: pieces of code that come one after the other and share one `__main__`.

Cells come from the guest, and what is to be told of them goes back to it (see _isol8_line). What is said here is the
code's own word, since both live in one process: the guest keeps time, output and outcome by itself.

A context begins as fast as this can be imported. So modules that take long are imported where they are needed, and the
parts of others that are built in are used directly.
"""

import __future__
import builtins
import io
import os
import sys
from _ast import Expr, Expression, PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST
from _signal import SIGINT, default_int_handler, signal

import _isol8_display as rich
import _isol8_errors as errors
import _isol8_figures as figures
import _isol8_imports as imports
import _isol8_line as line
import _isol8_sources as sources

_CO_COROUTINE = 0x80
_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag


class Driver:
    """The interpreter's side of a context."""

    def __init__(self):
        self.main = type(sys)("__main__")
        self.main.__builtins__ = builtins
        # What `from __future__` said in one cell holds in those that follow.
        self.flags = PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.loop = None
        # What the code wants done about an interrupt, which is nothing between cells.
        self.on_interrupt = default_int_handler
        # Until here the file that the interpreter was started with is __main__, whose names must stay.
        self.started_as = sys.modules["__main__"]
        sys.modules["__main__"] = self.main

    def serve(self):
        signal(SIGINT, _drop)
        line.ready()
        while True:
            cell = line.next_cell()
            code = self.run(cell)
            if not line.is_mine():
                # A child that the code has forked came to the end of the cell.
                os._exit(code)
            line.done(code)

    def run(self, cell):
        """Runs a cell with what holds for it alone and returns its exit code."""
        before = {name: os.environb.get(name) for name in cell.environment}
        os.environb.update(cell.environment)
        sys.stdin = io.TextIOWrapper(io.BytesIO(cell.stdin), encoding="utf-8", errors="surrogateescape")
        left = _current_directory() if cell.directory else None
        try:
            return self.judge(cell)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environb.pop(name, None)
                else:
                    os.environb[name] = value
            if left is not None:
                _go_back(left)
            _flush()

    def judge(self, cell):
        code = 0
        try:
            try:
                signal(SIGINT, self.on_interrupt)
                line.started()
                if cell.directory:
                    os.chdir(cell.directory)
                self.execute(cell)
                figures.show()
            finally:
                self.quiet()
        except SystemExit as exit:
            code = errors.exit_code(exit)
        except BaseException as error:
            # An interrupt may have come before the first time.
            self.quiet()
            code = errors.report(error)
        finally:
            figures.show_rest()
        return code

    def quiet(self):
        """Drops interrupts from now on."""
        handler = signal(SIGINT, _drop)
        if handler is not _drop:
            # None stands for one that is not Python's and cannot be put back.
            self.on_interrupt = handler or default_int_handler

    def execute(self, cell):
        file = f"<cell {cell.number}>"
        text = cell.code.decode("utf-8", "replace")
        sources.keep(file, text)
        tree = self.compile(cell.code, file, "exec", PyCF_ONLY_AST)
        last = None
        if tree.body and isinstance(tree.body[-1], Expr) and not text.rstrip().endswith(";"):
            last = self.compile(Expression(tree.body.pop().value), file, "eval")
        # All of it is compiled before any of it runs.
        body = self.compile(tree, file, "exec")
        self.evaluate(body)
        if last is not None:
            sys.displayhook(self.evaluate(last))

    def compile(self, source, file, mode, more=0):
        code = compile(source, file, mode, self.flags | more, dont_inherit=True)
        if not more:
            self.flags |= code.co_flags & _FUTURES
        return code

    def evaluate(self, code):
        value = eval(code, self.main.__dict__)
        return self.wait_for(value) if code.co_flags & _CO_COROUTINE else value

    def wait_for(self, coroutine):
        import asyncio

        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        task = self.loop.create_task(coroutine)
        try:
            return self.loop.run_until_complete(task)
        except KeyboardInterrupt as interrupt:
            if task.done():
                raise
            task.cancel()
            try:
                self.loop.run_until_complete(task)
            except asyncio.CancelledError as cancelled:
                # This one knows which line was waited in.
                interrupt.with_traceback(cancelled.__traceback__)
            raise


def _drop(number, frame):
    pass


def _current_directory():
    try:
        return os.getcwd()
    except OSError:
        # The code has removed it.
        return None


def _go_back(directory):
    try:
        os.chdir(directory)
    except OSError:
        # The code has removed it; where it went instead is as good.
        pass


def _flush():
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        try:
            getattr(sys, name).flush()
        except BaseException:
            # The code may have closed it, removed it, or put something else there.
            pass


def _begin():
    # What a plain interpreter would find.
    if sys.path and sys.path[0] in (os.path.dirname(os.path.abspath(__file__)), sys.argv[0]):
        sys.path[0] = ""
    # Where an interpreter that had booted already was told to look for this.
    sys.path_importer_cache.pop(sys.argv[0], None)
    sys.argv = [""]
    sys.displayhook = rich.result
    builtins.display = rich.display
    figures.watch()
    sources.watch()
    imports.watch()
    Driver().serve()


_begin()
