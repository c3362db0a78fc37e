package service_test

import "testing"

var node = &interpreter{
	hook: "node", image: "isol8/node:latest", main: "main.js",
	argv: []string{"node", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"},
}

const nodeState = `
console.log(process.argv, process.execArgv, process.title, process.argv0, process.execPath, process.cwd(), process.umask());
console.log(Object.entries(process.env), process.eventNames(), Reflect.ownKeys(globalThis));
console.log(process.moduleLoadList.join(" "));
const fs = process.getBuiltinModule("fs"), Module = process.getBuiltinModule("module");
console.log(Module._cache, Module._pathCache, process.report.getReport().userLimits, fs.readdirSync("."), fs.statSync("main.js").mode);
console.log(fs.readdirSync("/proc/self/fd").sort().map((fd) => { try { return fd + fs.readlinkSync("/proc/self/fd/" + fd) } catch {} }));
`

func TestNodeIsTheSameHotAndCold(t *testing.T) {
	sameBothWays(t, node, []program{
		{name: "hello", code: "console.log('hello')", says: "hello\n"},
		{
			name: "CommonJS", arguments: []string{"a", "", "é x"}, environment: []string{"NAME=value=1", "EMPTY=", "UTF=é"},
			code: "console.log(require.main === module, require.main, require.cache, module.paths, module.parent, __filename);" + nodeState,
			says: "'é x'",
		},
		{
			name: "ES module", arguments: []string{"a"}, says: "file:///sandbox/main.js",
			code: "import os from 'node:os'; console.log(import.meta, os.EOL, await 1);" + nodeState,
		},
		{name: "error", code: "function f() {\n  throw new Error('x');\n}\nf();\n", exit: 1, says: "main.js:2"},
		{name: "syntax error", code: "let a = ;", exit: 1, says: "SyntaxError"},
		{name: "rejection", code: "Promise.reject(new Error('x'))", exit: 1, says: "Error: x"},
		{name: "exit code", code: "process.on('exit', (code) => console.log('bye', code)); process.exitCode = 7", exit: 7, says: "bye 7"},
		{
			name: "stdin", stdin: "a\nb\n", says: `["a","b"]`,
			code: "process.stdin.setEncoding('utf8'); let all = ''; process.stdin.on('data', (d) => (all += d)).on('end', () => " +
				"console.log(JSON.stringify(all.trim().split('\\n'))))",
		},
		{
			name: "worker", says: "worker",
			code: `const { Worker, isMainThread } = require('worker_threads');
if (isMainThread) {
  new Worker(__filename, { argv: ['w'], stdin: true });
} else {
  console.log('worker', require.main, module.parent, require.cache, process.argv, process.execArgv, Object.keys(process.env));
}`,
		},
		{
			name: "worker of text", says: "[worker eval]",
			code: `const { Worker } = require('worker_threads');
new Worker("console.log(module, require.main, require.cache, process.argv, process.execArgv, process.moduleLoadList)", { eval: true });`,
		},
		{
			name: "fork", says: "forked",
			code: `const { fork, execFileSync } = require('child_process');
if (process.argv[2] === 'f') {
  console.log('forked', process.argv, process.execArgv, Object.entries(process.env));
} else {
  fork(__filename, ['f']).on('exit', () => {
    console.log(execFileSync('env').toString());
    console.log(execFileSync(process.execPath, ['-p', 'process.execArgv']).toString());
  });
}`,
		},
		{name: "import of a module of its own", code: "import('./main.js').then((m) => console.log(Object.keys(m)))", says: "["},
		{name: "heap limit", code: "console.log(require('v8').getHeapStatistics().heap_size_limit)"},
		{name: "time zone", environment: []string{"TZ=Asia/Tokyo"}, code: "console.log(new Date(0).getHours())", says: "9"},
	})
}
