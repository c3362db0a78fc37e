package service_test

import (
	"strings"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

func TestAPythonContextKeepsItsState(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		first := n.cell(t, "x = 42")
		if !first.Started.GetFresh() || first.Ended.GetExitCode() != 0 || len(first.Displays) != 0 {
			t.Fatal(first.Started, first.Ended, first.Failed, first.Stderr.String())
		}
		second := n.cell(t, "print(x)")
		if second.Started.GetFresh() || second.Stdout.String() != "42\n" || second.Stderr.Len() > 0 {
			t.Error(second.Started, second.Stdout.String(), second.Stderr.String())
		}
		n.says(t, "__main__ True\n", "import __main__", "print(__name__, __main__.x == 42)")
		n.says(t, "['__annotations__', '__builtins__', '__doc__', '__loader__', '__main__', '__name__', '__package__', '__spec__', 'x']\n",
			"print(sorted(globals() | {'__annotations__': 0}))")
		n.says(t, "7\n", "import pickle", "class P:", "    v = 7", "print(pickle.loads(pickle.dumps(P())).v)")
		n.says(t, "def f():\n    return 1\n\n", "import inspect", "def f():", "    return 1", "print(inspect.getsource(f))")
		n.says(t, "a b\nrest ''\n", "print(input('') if False else 'a', 'b')", "import sys", "print('rest', repr(sys.stdin.read()))")
		if other := n.DoCell(t, n.request("other", "x")); other.Ended.GetError().GetName() != "NameError" || !other.Started.GetFresh() {
			t.Error("another context:", other.Ended, other.Started)
		}
	})
}

func TestPythonShowsValues(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		if got := n.cell(t, "1 + 1"); valueOf(t, got) != "2" || !got.Displays[0].IsResult || got.Stdout.Len() > 0 {
			t.Error(got.Displays, got.Stdout.String())
		}
		for _, silent := range []string{"None", "1;", "x = 1", "for x in range(3): x"} {
			if got := n.cell(t, silent); len(got.Displays) != 0 || got.Ended.GetExitCode() != 0 {
				t.Error(silent, got.Displays, got.Ended)
			}
		}
		got := n.cell(t, "class R:",
			"    def __repr__(self): return 'r'",
			"    def _repr_html_(self): return '<b>'",
			"    def _repr_markdown_(self): return '*b*'",
			"    def _repr_json_(self): return {'a': 1}",
			"    def _repr_svg_(self): return None",
			"    def _repr_png_(self): return b'\\x89PNG'",
			"    def _repr_jpeg_(self): raise ValueError('no jpeg')",
			"    def _repr_mimebundle_(self, include=None, exclude=None): return {'image/gif': 'R0lG', 'text/html': '<i>'}",
			"R()")
		forms := got.Displays[0].Forms
		want := map[string]string{"text/plain": "r", "text/html": "<i>", "text/markdown": "*b*", "application/json": `{"a": 1}`, "image/png": "\x89PNG", "image/gif": "GIF"}
		if len(forms) != len(want) || !strings.Contains(got.Stderr.String(), "no jpeg") {
			t.Error(forms, got.Stderr.String())
		}
		for mime, data := range want {
			if forms[mime] != data {
				t.Errorf("%s: %q", mime, forms[mime])
			}
		}
		got = n.cell(t, "display(1, 'two', display_id='d')", "display({'text/plain': 'raw'}, raw=True)", "display(R)", "3")
		if len(got.Displays) != 5 || got.Displays[1].ID != "d" || got.Displays[1].IsResult || got.Displays[1].Forms["text/plain"] != "'two'" ||
			got.Displays[2].Forms["text/plain"] != "raw" || len(got.Displays[3].Forms) != 1 || !got.Displays[4].IsResult {
			t.Error(got.Displays)
		}
	})
}

func TestADisplayOfAnySizeComesWholeOrNotAtAll(t *testing.T) {
	n := pythonNotebook(t)
	for _, size := range []int{0, 1, 65535, 65536, 65537, 500_000} {
		request := n.request("main", "display({'text/a': '', 'text/b': b'b' * "+itoa(size)+", 'text/c': 'c'}, raw=True)")
		if got := n.DoCell(t, request); len(got.Displays) != 1 || len(got.Displays[0].Forms) != 3 || len(got.Displays[0].Forms["text/b"]) != size {
			t.Error(size, got.Ended, len(got.Displays))
		}
	}
	request := n.request("main", "display({'text/a': 'a', 'text/b': b'b' * 2_000_000, 'no type': 'c'}, raw=True)", "display({'text/b': b'b' * 2_000_000}, raw=True)", "5")
	got := n.DoCell(t, request)
	if len(got.Displays) != 2 || got.Displays[0].Forms["text/a"] != "a" || len(got.Displays[0].Forms) != 1 || got.Ended.GetDroppedDisplays() != 3 {
		t.Error(got.Displays, got.Ended)
	}
	got = n.cell(t, "for i in range(1500): display(i)")
	if len(got.Displays) != 1000 || got.Ended.GetDroppedDisplays() != 500 || got.Ended.GetContextEnded() {
		t.Error(len(got.Displays), got.Ended)
	}
}

func TestPythonErrorsAreTold(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		n.cell(t, "def f():", "    return 1 / 0")
		got := n.cell(t, "1", "f()")
		failure := got.Ended.GetError()
		if got.Ended.GetExitCode() != 1 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || failure.GetName() != "ZeroDivisionError" || failure.GetMessage() != "division by zero" {
			t.Fatal(got.Ended)
		}
		frames := failure.GetFrames()
		if len(frames) != 2 || frames[0].GetFile() != "<cell 2>" || frames[0].GetLine() != 2 || frames[0].GetFunction() != "" || frames[0].GetSource() != "f()" ||
			frames[1].GetFile() != "<cell 1>" || frames[1].GetFunction() != "f" || frames[1].GetSource() != "return 1 / 0" {
			t.Error(frames)
		}
		want := "Traceback (most recent call last):\n  File \"<cell 2>\", line 2, in <module>\n    f()\n  File \"<cell 1>\", line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n"
		if got.Stderr.String() != want {
			t.Errorf("%s", got.Stderr.String())
		}
		got = n.cell(t, "y = 1", "print('a'")
		if failure := got.Ended.GetError(); failure.GetName() != "SyntaxError" || failure.GetFrames()[0].GetLine() != 2 || !strings.Contains(got.Stderr.String(), "<cell 3>") {
			t.Error(got.Ended, got.Stderr.String())
		}
		if got := n.cell(t, "y"); got.Ended.GetError().GetName() != "NameError" {
			t.Error("a part of a cell that is no code was run:", got.Ended)
		}
		got = n.cell(t, "def deep(n): return deep(n + 1)", "deep(0)")
		if frames := got.Ended.GetError().GetFrames(); got.Ended.GetError().GetName() != "RecursionError" || len(frames) != 100 {
			t.Error(got.Ended.GetError().GetName(), len(frames), got.Ended.GetMessage())
		}
		for code, want := range map[string]int32{"import sys; sys.exit(3)": 3, "exit()": 0, "raise SystemExit('text')": 1, "import sys; sys.exit(256 + 7)": 7} {
			if got := n.cell(t, code); got.Ended.GetExitCode() != want || got.Ended.GetError() != nil || got.Ended.GetContextEnded() {
				t.Error(code, got.Ended)
			}
		}
		n.says(t, "True\n", "print(callable(f))")
	})
}

func TestPythonWaitsAtTheTopLevel(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		n.says(t, "1\n", "import asyncio", "async def f(v):", "    await asyncio.sleep(0)", "    return v", "print(await f(1))",
			"lock = asyncio.Event()", "async def later():", "    await asyncio.sleep(0)", "    lock.set()", "task = asyncio.create_task(later())")
		n.says(t, "True True\n", "await lock.wait()", "print(lock.is_set(), task.get_loop() is asyncio.get_event_loop())")
		if got := n.cell(t, "await f(5)"); valueOf(t, got) != "5" {
			t.Error(got.Displays)
		}
		got := n.cell(t, "await f(1)", "await asyncio.wait_for(asyncio.sleep(9), 0.01)")
		if got.Ended.GetError().GetName() != "TimeoutError" || got.Ended.GetError().GetFrames()[0].GetLine() != 2 {
			t.Error(got.Ended)
		}
		n.says(t, "2\n", "print(asyncio.run(f(2)))")
		n.says(t, "3\n", "print(await f(3))")
	})
}

func TestWhatHoldsForOneCellIsPutBack(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		write(t, n.Sandbox, file{path: "dir/x"})
		request := n.request("main", "import os, sys", "print(os.environ['GIVEN'], os.environ['NEW'], os.getcwd(), input('? '), repr(sys.stdin.read()))",
			"os.environ['NEW'] = 'changed'", "os.environ['KEPT'] = 'kept'")
		request.CellEnvironment = []string{"GIVEN=second", "NEW=a=b"}
		request.WorkingDirectory = "dir"
		request.Stdin = []byte("one\ntwo\x00\nthree")
		got := n.DoCell(t, request)
		if want := "? second a=b /sandbox/dir one 'two\\x00\\nthree'\n"; got.Stdout.String() != want {
			t.Errorf("%q %q", got.Stdout.String(), got.Stderr.String())
		}
		n.says(t, "first None kept /sandbox ''\n", "print(os.environ['GIVEN'], os.environ.get('NEW'), os.environ['KEPT'], os.getcwd(), repr(sys.stdin.read()))")
		n.says(t, "/dev/null\n", "os.chdir('/tmp')", "print(os.readlink('/proc/self/fd/0'))")
		n.says(t, "/tmp\n", "print(os.getcwd())")
		for directory, want := range map[string]guestv1.RunFailureReason{
			"none": guestv1.RunFailureReason_RUN_FAILURE_REASON_BAD_WORKING_DIRECTORY,
			"..":   guestv1.RunFailureReason_RUN_FAILURE_REASON_WORKING_DIRECTORY_OUTSIDE,
		} {
			request := n.request("main", "print('ran')")
			request.WorkingDirectory = directory
			if got := n.DoCell(t, request); got.Failed.GetReason() != want {
				t.Error(directory, got.Failed, got.Ended)
			}
		}
		limits := n.cell(t, "import resource", "resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_NPROC)")
		if valueOf(t, limits) != "((128, 128), (100, 100))" {
			t.Error(limits.Displays)
		}
	})
}
