package service_test

import (
	"context"
	"strings"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func bunNotebook(t testing.TB) *notebook {
	return openNotebook(t, "bun", "isol8/bun:latest", "bun", "run", "--no-install")
}

// Bun has no way to stop code that holds always: what it does not stop in time ends with its context, and says so. State
// is never lost otherwise.
func TestAnInterruptedBunCellLosesNoStateOrSaysSo(t *testing.T) {
	coldAndHot(t, bunNotebook, func(t *testing.T, n *notebook) {
		n.cell(t, "const x = 42")
		for code, always := range map[string]bool{"for (;;);": true, "await new Promise(() => {})": true, "await null; for (;;);": false, "for (;;) { try { for (;;); } catch {} }": false, "for (;;) console.log(1)": false} {
			request := n.request("main", "console.log('on')", code)
			stream := n.running(context.Background(), t, request)
			n.interrupt(t, request)
			got := sandboxtest.CollectCell(t, stream)
			if got.Ended.GetContextEnded() && !always {
				t.Log("its context ended:", code, got.Ended)
				n.cell(t, "const x = 42")
				continue
			}
			if got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || got.Ended.GetContextEnded() || got.Ended.GetExitCode() != 1 {
				t.Error(code, got.Ended, got.Stderr.String())
			}
			n.says(t, "42\n", "console.log(x)")
		}
	})
}

func TestABunCellHasWhatHoldsForItAlone(t *testing.T) {
	coldAndHot(t, bunNotebook, func(t *testing.T, n *notebook) {
		write(t, n.Sandbox, file{path: "dir/x"})
		request := n.request("main", "let text = ''; for await (const c of process.stdin) text += c", "console.log(process.env.GIVEN, Bun.env.NEW, process.cwd(), text, await Bun.stdin.text())")
		request.CellEnvironment, request.WorkingDirectory, request.Stdin = []string{"GIVEN=second", "NEW=a=b"}, "dir", []byte("in")
		if got := n.DoCell(t, request); got.Stdout.String() != "second a=b /sandbox/dir in in\n" {
			t.Error(got.Stdout.String(), got.Stderr.String(), got.Ended)
		}
		n.says(t, "first undefined /sandbox\n", "console.log(process.env.GIVEN, process.env.NEW, process.cwd())")
	})
}

func TestABunCellThatCannotBeInterruptedEndsItsContext(t *testing.T) {
	n := bunNotebook(t)
	n.cell(t, "const x = 42")
	request := n.request("main", "await Bun.sleep(1); console.log('on'); for (;;);")
	stream := n.running(context.Background(), t, request)
	n.interrupt(t, request)
	got := sandboxtest.CollectCell(t, stream)
	if !got.Ended.GetContextEnded() || !strings.Contains(got.Ended.GetMessage(), "did not end within 2s of being interrupted") {
		t.Error(got.Ended)
	}
	n.says(t, "undefined\n", "console.log(typeof x)")
}

func TestABunCellHasTheLinesOfItsCode(t *testing.T) {
	n := bunNotebook(t)
	n.cell(t, "interface A {", "  b: string", "}", "/* one", "two */", "export const f = (a: A, // here", ") => {", "  throw new Error(a.b)", "}")
	got := n.cell(t, "import { join } from 'node:path'", "", "import os from 'node:os'", "const later = 'f(1)' // f(2)", "await null", "f({ b: join('x', os.EOL) })")
	frames := got.Ended.GetError().GetFrames()
	if len(frames) != 2 || frames[0].GetLine() != 6 || frames[1].GetLine() != 8 || frames[1].GetSource() != "throw new Error(a.b)" {
		t.Error(got.Ended)
	}
	for _, code := range []string{"const a = 1", "let b = 2, c = 3", "class D {}", "function e() {}"} {
		if got := n.cell(t, code); len(got.Displays) != 0 {
			t.Error(code, got.Displays)
		}
	}
	if got := n.cell(t, "a = 7"); valueOf(t, got) != "7" {
		t.Error(got.Displays)
	}
}
