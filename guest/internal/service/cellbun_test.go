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

func TestABunContextKeepsItsState(t *testing.T) {
	coldAndHot(t, bunNotebook, func(t *testing.T, n *notebook) {
		n.says(t, "", "const x = 42; let y = 1; function f() { return x }; class C { v = 7 }")
		n.says(t, "42 42 7\n", "console.log(x, f(), new C().v)")
		n.says(t, "5\n", "const x = 5; console.log(x)")
		n.says(t, "3\n", "const z = await new Promise(r => setTimeout(() => r(3), 5)); console.log(z)")
		n.says(t, "4 4\n", "const fs = require('fs')", "const m = await import('node:fs'); console.log(fs.constants.R_OK, m.constants.R_OK)")
		n.says(t, "a/b c\n", "import path, { join as j } from 'node:path'", "import * as all from 'node:os'", "console.log(path.join('a', 'b'), all.EOL && j('c'))")
		n.says(t, "6\n", "enum E { A = 6 }", "const i: { a: E } = { a: E.A }; console.log(i.a as number)")
		if got := n.cell(t, "({ a: [1, 'b'] })"); valueOf(t, got) != "{\n  a: [ 1, \"b\" ],\n}" || !got.Displays[0].IsResult {
			t.Error(got.Displays)
		}
		if got := n.cell(t, "await Promise.resolve(7n)"); valueOf(t, got) != "7n" {
			t.Error(got.Displays)
		}
		got := n.cell(t, "display({ 'text/html': '<b>', 'application/json': { a: 1 } }, { id: 'd' }); undefined")
		if len(got.Displays) != 1 || got.Displays[0].ID != "d" || got.Displays[0].Forms["application/json"] != `{"a":1}` {
			t.Error(got.Displays)
		}
		n.says(t, "/dev/null\n", "console.log(require('child_process').execSync('readlink /proc/self/fd/0', { stdio: ['inherit', 'pipe', 'inherit'] }).toString().trim())")
		n.says(t, "0 1 2 3\n", "console.log(require('child_process').execSync('echo $(ls /proc/self/fd)').toString().trim())")
		if got := n.cell(t, "process.exit(3)"); got.Ended.GetExitCode() != 3 || !got.Ended.GetContextEnded() {
			t.Error(got.Ended)
		}
		if got := n.cell(t, "typeof y"); valueOf(t, got) != `"undefined"` || !got.Started.GetFresh() {
			t.Error(got.Displays)
		}
	})
}

func TestBunErrorsAreTold(t *testing.T) {
	coldAndHot(t, bunNotebook, func(t *testing.T, n *notebook) {
		n.cell(t, "function f() {", "  throw new TypeError('bad')", "}")
		got := n.cell(t, "1", "f()")
		failure := got.Ended.GetError()
		frames := failure.GetFrames()
		if got.Ended.GetExitCode() != 1 || failure.GetName() != "TypeError" || failure.GetMessage() != "bad" || len(frames) != 2 ||
			frames[0].GetFile() != "<cell 2>" || frames[0].GetSource() != "f()" || frames[1].GetFunction() != "f" || frames[1].GetLine() != 2 {
			t.Error(got.Ended)
		}
		if !strings.Contains(got.Stderr.String(), "TypeError: bad\n    at f (<cell 1>:2:") || strings.Contains(got.Stderr.String(), "isol8") {
			t.Error(got.Stderr.String())
		}
		for code, want := range map[string]string{"if (": "SyntaxError", "throw 5": "Error", "await Promise.reject(new RangeError('r'))": "RangeError", "JSON.parse('{')": "SyntaxError"} {
			if got := n.cell(t, code); got.Ended.GetError().GetName() != want || got.Ended.GetContextEnded() {
				t.Error(code, got.Ended)
			}
		}
	})
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
