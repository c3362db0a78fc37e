package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// forge is what an attack begins with: it finds the descriptors by which driver and guest talk.
const forge = `
import os, threading, time
def pipe(name):
    for fd in os.listdir('/proc/self/fd'):
        try:
            if os.readlink('/proc/self/fd/' + fd).endswith('/%s (deleted)' % name): return int(fd)
        except OSError: pass
def frame(kind, rest=b''): return b'%s%08x%s' % (kind, len(rest), rest)
orders, told = pipe("orders"), pipe("said")
def tell(*frames):
    for f in frames: os.write(told, f)
import _isol8_line
def token(): return _isol8_line._cell.token
`

func TestForgedFramesBreakTheProtocolAndEndTheContext(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		for name, code := range map[string]string{
			"no frame":             "tell(b'what is this?')",
			"endless frame":        "tell(b'dffffffff')",
			"large frame":          "tell(frame(b'd', bytes(65537)))",
			"unknown frame":        "tell(frame(b'z'))",
			"no texts":             "tell(frame(b'x', b'abc'))",
			"done with a guess":    "tell(frame(b'x', b'A' * 26 + b'\\0000\\0000\\000'))",
			"done without a code":  "tell(frame(b'x', token() + b'\\000-1\\0000\\000'))",
			"begun twice":          "tell(frame(b's', token() + b'\\0'))",
			"a piece of nothing":   "tell(frame(b'p', b'x'))",
			"a display of nothing": "tell(frame(b'd', b'0\\0id\\0'))",
			"a negative display":   "tell(frame(b'd', b'0\\0id\\0text/plain\\000-5\\0'))",
			"small pieces":         "tell(frame(b'd', b'0\\0id\\0text/plain\\0100\\0'), frame(b'p', b'x'))",
			"half a display":       "tell(frame(b'd', b'0\\0id\\0text/plain\\0100\\0'), frame(b'd', b'0\\0id\\0text/plain\\0001\\0'))",
			"two errors":           "tell(frame(b'e', b'A\\0b\\0'), frame(b'e', b'A\\0b\\0'))",
			"too many displays":    "while True: tell(frame(b'd', b'0\\0\\0text/plain\\0000\\0') * 100)",
		} {
			begun := time.Now()
			got := n.cell(t, forge, code, "while True: time.sleep(1)")
			ended := got.Ended
			if !ended.GetContextEnded() || ended.GetSignal() != 9 || ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM ||
				!strings.Contains(ended.GetMessage(), "broke its protocol") || time.Since(begun) > 8*time.Second {
				t.Error(name, ended, got.Stderr.String())
			}
			if got := n.cell(t, "1"); !got.Started.GetFresh() || valueOf(t, got) != "1" {
				t.Error(name, got.Ended)
			}
		}
	})
}

func TestAForgedEndGainsNothing(t *testing.T) {
	n := pythonNotebook(t)
	// It says that it is done, and with all that it must know for it, but goes on.
	lies := forge + `
done = frame(b'x', token() + b'\0000\0000\000')
tell(frame(b'd', b'1\0\0text/plain\0004\0'), frame(b'p', b'fake'), frame(b'e', b'Fake\0error\0'), done)
while True: print('more'), time.sleep(0.01)
`
	request := n.request("main", lies)
	got := n.DoCell(t, request)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || len(got.Displays) != 1 || got.Ended.GetError().GetName() != "Fake" {
		t.Error(got.Ended)
	}
	// The next cell has its own time and nothing of that one.
	request = n.request("main", "print('next')")
	request.Timeout = durationpb.New(500 * time.Millisecond)
	got = n.DoCell(t, request)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || !got.Ended.GetContextEnded() || got.Ended.GetError() != nil {
		t.Error(got.Ended, got.Stdout.String())
	}
	n.says(t, "free\n", "print('free')")

	// It stops after that: the true end of its cell is one too many.
	n.cell(t, strings.ReplaceAll(lies, "while True:", "for i in range(20):"))
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if got := n.cell(t, "print(1)"); got.Started.GetFresh() {
			break
		} else if !got.Ended.GetContextEnded() {
			t.Fatal("the end of another cell was taken for its own:", got.Ended, got.Stdout.String())
		}
		if time.Now().After(deadline) {
			t.Fatal("it lives on")
		}
	}
	// In the name of a cell that is to come.
	got = n.cell(t, forge, "def later():", "    time.sleep(0.2)", "    tell(frame(b'd', b'0\\0\\0text/plain\\0000\\0'))", "threading.Thread(target=later).start()")
	if got.Ended.GetExitCode() != 0 || got.Ended.GetContextEnded() {
		t.Error(got.Ended)
	}
	time.Sleep(400 * time.Millisecond)
	if got := n.cell(t, "print('new')"); !got.Started.GetFresh() || got.Stdout.String() != "new\n" {
		t.Error(got.Started, got.Ended)
	}
}

func TestForkedChildrenAreNoDrivers(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		got := n.cell(t, forge, "pid = os.fork()", "if pid == 0:", "    print(pipe('orders'), pipe('said'), flush=True)", "    display('child')", "    1 / 0", "os.waitpid(pid, 0)[1]")
		if got.Stdout.String() != "None None\n" || valueOf(t, got) != "256" || !strings.Contains(got.Stderr.String(), "ZeroDivisionError") {
			t.Error(got.Stdout.String(), got.Stderr.String(), got.Displays, got.Ended)
		}
		n.says(t, "0 1 2 3\n", "import subprocess", "print(*subprocess.run(['ls', '/proc/self/fd'], capture_output=True, text=True).stdout.split())")
		// Who keeps them open all the same holds up nothing.
		got = n.cell(t, "import ctypes", "if ctypes.CDLL(None).syscall(57) == 0:", "    while True: time.sleep(1)", "os._exit(4)")
		if got.Ended.GetExitCode() != 4 || !got.Ended.GetContextEnded() {
			t.Error(got.Ended)
		}
		got = n.cell(t, "import ctypes, time, os", "if ctypes.CDLL(None).syscall(57) == 0:", "    while True: time.sleep(1)", "os.closerange(3, 1000)", "while True: pass")
		if got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT && !got.Ended.GetContextEnded() {
			t.Error(got.Ended)
		}
		n.says(t, "1\n", "print(1)")
	})
}

func TestOutputBelongsToTheCellThatWroteIt(t *testing.T) {
	n := pythonNotebook(t)
	n.cell(t, "import threading, time, os", "go = True", "def chat():", "    while go: print('noise', flush=True); time.sleep(0.001)", "thread = threading.Thread(target=chat); thread.start()")
	time.Sleep(300 * time.Millisecond)
	n.cell(t, "go = False; thread.join()")
	for i := range 200 {
		n.says(t, itoa(i)+"\n", "print("+itoa(i)+")")
	}
	// What one cell has not flushed to a file of its own is its own business; what it has closed or moved is, too.
	n.says(t, "", "null = os.open('/dev/null', os.O_WRONLY); kept = os.dup(1); os.dup2(null, 1); print('unseen')")
	n.says(t, "seen\n", "os.dup2(kept, 1); print('seen')")
	n.says(t, "", "os.close(1); os.close(2)")
	n.says(t, "", "x = 1")
	n.says(t, "again\n", "os.dup2(kept, 1); print('again', flush=True)")
	for range 20 {
		got := n.cell(t, "sys = __import__('sys'); sys.stdout.write('o' * 70000); os.write(1, b'x')", "threading.Thread(target=lambda: (time.sleep(0.005), os.write(1, b'left'))).start()")
		if got.Stdout.Len() < 70001 || got.Ended.GetExitCode() != 0 {
			t.Error(got.Stdout.Len(), got.Ended)
		}
	}
}

func TestManySmallWritesMakeFewMessages(t *testing.T) {
	n := pythonNotebook(t)
	got := n.cell(t, "import os", "for i in range(100_000): os.write(1, b'x')")
	if got.Stdout.Len() != 100_000 || got.Messages > 2000 {
		t.Error(got.Stdout.Len(), got.Messages, got.Ended)
	}
}

func TestASlowReaderHoldsBackTheCodeAndNotTheGuest(t *testing.T) {
	n := pythonNotebook(t)
	n.cell(t, "x = 42")
	request := n.request("main", "while True: print('x' * 1000)")
	request.OutputBytes = 1 << 40
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream := n.running(ctx, t, request)
	if got := n.DoCell(t, n.request("other", "1")); valueOf(t, got) != "1" {
		t.Error(got.Ended)
	}
	n.interrupt(t, request)
	cancel()
	_ = stream.Close()
	if got := n.cell(t, "x"); !got.Started.GetFresh() && valueOf(t, got) != "42" {
		t.Error(got.Ended)
	}
}

// javaScripts are where code of JavaScript runs.
var javaScripts = map[string]func(testing.TB) *notebook{"node": nodeNotebook, "bun": bunNotebook, "deno": denoNotebook}

func TestWhatJavaScriptThrowsMayBeAnything(t *testing.T) {
	for name, open := range javaScripts {
		t.Run(name, func(t *testing.T) {
			n := open(t)
			n.cell(t, "const x = 42; const fs = process.getBuiltinModule('fs')")
			for _, code := range []string{
				"throw { get name() { throw 1 } }",
				"throw { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }",
				"throw Object.assign(new Error('a'), { name: Symbol('x') })",
				"throw Object.assign(new Error('a'), { message: { toString() { throw 3 } } })",
				"throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
				// A pattern that looks at each character again for each that follows would take minutes.
				"throw new Error('x'.repeat(1 << 20))",
				"fs.closeSync(2); throw 1",
			} {
				begun := time.Now()
				got := n.cell(t, code)
				if got.Ended.GetExitCode() != 1 || got.Ended.GetContextEnded() || got.Ended.GetError() == nil || time.Since(begun) > 2*time.Second {
					t.Error(code, got.Ended.GetReason(), got.Ended.GetMessage(), time.Since(begun))
				}
				n.says(t, "42\n", "console.log(x)")
			}
		})
	}
}

func TestJavaScriptIsHeardToTheEnd(t *testing.T) {
	for name, open := range javaScripts {
		t.Run(name, func(t *testing.T) {
			n := open(t)
			for _, code := range []string{
				"process.stdout.write('x'.repeat(900_000)); process.stderr.write('x'.repeat(900_000)); 1",
				"console.log('x'.repeat(899_999)); console.error('x'.repeat(899_999)); 1",
				"for (let i = 0; i < 90; i++) { console.log('x'.repeat(9_999)); process.stderr.write('x'.repeat(10_000)) }",
			} {
				got := n.cell(t, code)
				if got.Stdout.Len() != 900_000 || got.Stderr.Len() != 900_000 || got.Ended.GetExitCode() != 0 {
					t.Error(code, got.Stdout.Len(), got.Stderr.Len(), got.Ended)
				}
				if got := n.cell(t, "null"); got.Stdout.Len() > 0 || got.Ended.GetExitCode() != 0 || valueOf(t, got) != "null" {
					t.Error(got.Stdout.Len(), got.Ended)
				}
			}
		})
	}
}

func TestAContextOutlivesItsDirectory(t *testing.T) {
	for name, open := range javaScripts {
		t.Run(name, func(t *testing.T) {
			n := open(t)
			n.cell(t, "const fs = process.getBuiltinModule('fs'); fs.mkdirSync('gone'); process.chdir('gone'); fs.rmdirSync('../gone')")
			n.says(t, "1\n", "console.log(1)")
			write(t, n.Sandbox, file{path: "dir/x"})
			request := n.request("main", "console.log(process.cwd())")
			request.WorkingDirectory = "dir"
			for range 2 {
				if got := n.DoCell(t, request); got.Stdout.String() != "/sandbox/dir\n" {
					t.Error(got.Ended, got.Stderr.String())
				}
			}
		})
	}
}

func TestWhatPythonRaisesMayBeAnything(t *testing.T) {
	n := pythonNotebook(t)
	n.cell(t, "import os, sys", "x = 42")
	for _, code := range []string{
		"class E(Exception):\n  def __str__(self): raise SystemExit(9)\nraise E()",
		"sys.excepthook = lambda *_: sys.exit(5)\n1 / 0",
		"del sys.excepthook\n1 / 0",
		"class E:\n  def __str__(self): raise SystemExit(9)\nsys.exit(E())",
		"del sys.stdout\n1 / 0",
		"sys.stderr.close()\n1 / 0",
		"os.close(2)\n1 / 0",
		"os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n1 / 0",
	} {
		got := n.cell(t, code)
		if got.Ended.GetExitCode() != 1 || got.Ended.GetContextEnded() {
			t.Error(code, got.Ended, got.Stderr.String())
		}
		if got := n.cell(t, "x"); valueOf(t, got) != "42" {
			t.Error(code, got.Ended)
		}
	}
	write(t, n.Sandbox, file{path: "dir/x"})
	request := n.request("main", "os.getcwd()")
	request.WorkingDirectory = "dir"
	if got := n.DoCell(t, request); valueOf(t, got) != "'/sandbox/dir'" {
		t.Error(got.Ended, got.Stderr.String())
	}
}

func TestACellThatNeverBeganIsNoSuccess(t *testing.T) {
	n := pythonNotebook(t)
	n.cell(t, "import _isol8_line, os, time", "_isol8_line._take = lambda size: (time.sleep(0.5), os._exit(0))")
	got := n.cell(t, "print('run')")
	if got.Ended.GetExitCode() != 1 || !got.Ended.GetContextEnded() || !strings.Contains(got.Ended.GetMessage(), "before the code began") {
		t.Error(got.Ended)
	}
	got = n.cell(t, "import os", "os.closerange(3, 1000)")
	if got.Ended.GetExitCode() != 1 || !got.Ended.GetContextEnded() || !strings.Contains(got.Stderr.String(), "closed the pipes") {
		t.Error(got.Ended, got.Stderr.String())
	}
}
