package service_test

import (
	"strings"
	"testing"
)

// javascript is what differs between the interpreters of one language.
type javascript struct {
	open func(testing.TB) *notebook
	// types are lines of TypeScript that print 6.
	types []string
	// object and undefined are how values look, and exit is how code ends its interpreter with 3.
	object, undefined, exit string
	// column is where an error says that it was thrown, as far as that is the same each time.
	column string
}

// enum is what an interpreter takes that does more than to leave types out.
var enum = []string{"enum E { A = 6 }", "const i: { a: E } = { a: E.A }; console.log(i.a as number)"}

var javascripts = map[string]javascript{
	"node": {
		open: nodeNotebook, types: []string{"interface I { a: number }", "const i: I = { a: 6 }; console.log(i.a as number)"},
		object: "{ a: [ 1, 'b' ] }", undefined: "'undefined'", exit: "process.exit(3)", column: "9)",
	},
	"bun": {
		open: bunNotebook, types: enum, object: "{\n  a: [ 1, \"b\" ],\n}", undefined: `"undefined"`, exit: "process.exit(3)",
	},
	"deno": {
		open: denoNotebook, types: enum, object: `{ a: [ 1, "b" ] }`, undefined: `"undefined"`, exit: "Deno.exit(3)", column: "9)",
	},
}

// inJavaScript runs a test in each of them, cold and hot.
func inJavaScript(t *testing.T, test func(t *testing.T, n *notebook, its javascript)) {
	for name, its := range javascripts {
		t.Run(name, func(t *testing.T) {
			coldAndHot(t, its.open, func(t *testing.T, n *notebook) { test(t, n, its) })
		})
	}
}

func TestAJavaScriptContextKeepsItsState(t *testing.T) {
	inJavaScript(t, func(t *testing.T, n *notebook, its javascript) {
		n.says(t, "", "const x = 42; let y = 1; function f() { return x }; class C { v = 7 }")
		n.says(t, "42 42 7\n", "console.log(x, f(), new C().v)")
		n.says(t, "5\n", "const x = 5; console.log(x)")
		n.says(t, "3\n", "const z = await new Promise(r => setTimeout(() => r(3), 5)); console.log(z)")
		n.says(t, "4 4\n", "const fs = require('fs')", "const m = await import('node:fs'); console.log(fs.constants.R_OK, m.constants.R_OK)")
		n.says(t, "a/b c\n", "import path, { join as j } from 'node:path'", "import * as all from 'node:os'", "console.log(path.join('a', 'b'), all.EOL && j('c'))")
		n.says(t, "6\n", its.types...)
		if got := n.cell(t, "({ a: [1, 'b'] })"); valueOf(t, got) != its.object || !got.Displays[0].IsResult {
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
		if got := n.cell(t, its.exit); got.Ended.GetExitCode() != 3 || !got.Ended.GetContextEnded() {
			t.Error(got.Ended)
		}
		if got := n.cell(t, "typeof y"); valueOf(t, got) != its.undefined || !got.Started.GetFresh() {
			t.Error(got.Displays)
		}
	})
}

func TestJavaScriptErrorsAreTold(t *testing.T) {
	inJavaScript(t, func(t *testing.T, n *notebook, its javascript) {
		n.cell(t, "function f() {", "  throw new TypeError('bad')", "}")
		got := n.cell(t, "1", "f()")
		failure := got.Ended.GetError()
		frames := failure.GetFrames()
		if got.Ended.GetExitCode() != 1 || failure.GetName() != "TypeError" || failure.GetMessage() != "bad" || len(frames) != 2 ||
			frames[0].GetFile() != "<cell 2>" || frames[0].GetSource() != "f()" || frames[1].GetFunction() != "f" || frames[1].GetLine() != 2 {
			t.Error(got.Ended)
		}
		if !strings.Contains(got.Stderr.String(), "TypeError: bad\n    at f (<cell 1>:2:"+its.column) || strings.Contains(got.Stderr.String(), "isol8") {
			t.Error(got.Stderr.String())
		}
		for code, want := range map[string]string{"if (": "SyntaxError", "throw 5": "Error", "await Promise.reject(new RangeError('r'))": "RangeError", "JSON.parse('{')": "SyntaxError"} {
			if got := n.cell(t, code); got.Ended.GetError().GetName() != want || got.Ended.GetContextEnded() {
				t.Error(code, got.Ended)
			}
		}
	})
}
