package service_test

import "testing"

var bun = &interpreter{
	hook: "bun", image: "isol8/bun:latest", main: "main.ts", argv: []string{"bun", "run", "--no-install"},
	environment: []string{"BUN_RUNTIME_TRANSPILER_CACHE_PATH=0"},
}

func TestBunIsTheSameHotAndCold(t *testing.T) {
	sameBothWays(t, bun, []program{
		{name: "hello", code: "const x: string = 'hello'; console.log(x)", says: "hello\n"},
		{
			name: "state", arguments: []string{"a", "", "é x"}, says: `"é x"`,
			code: `import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
console.log(Bun.argv, process.argv, process.execArgv, process.title, process.argv0, process.cwd(), Bun.main, process.umask());
console.log(import.meta.main, import.meta.url, import.meta.path, import.meta.dir, import.meta.file);
console.log(process.env, Bun.env, process.eventNames(), Reflect.ownKeys(globalThis), require.cache);
console.log(readdirSync("."), statSync("main.ts").mode, readFileSync("/proc/self/limits", "utf8"));
for (const fd of readdirSync("/proc/self/fd").sort()) { try { console.log(fd, readlinkSync("/proc/self/fd/" + fd)) } catch {} }
setTimeout(() => console.log(Object.keys(require.cache)), 20);
`,
		},
		{
			name: "CommonJS", says: "true",
			code: "console.log(require.main === module, require.cache, module.paths, module.parent, __filename); module.exports = {}",
		},
		{name: "error", code: "function f(): void {\n  throw new Error('x');\n}\nf();\n", exit: 1, says: "main.ts:2"},
		{name: "syntax error", code: "let a: = ;", exit: 1, says: "error"},
		{name: "rejection", code: "Promise.reject(new Error('x'))", exit: 1, says: "error: x"},
		{name: "exit code", code: "process.on('exit', (code) => console.log('bye', code)); process.exitCode = 7", exit: 7, says: "bye 7"},
		{name: "stdin", stdin: "a\nb\n", code: "console.log(JSON.stringify(await Bun.stdin.text()))", says: `"a\nb\n"`},
		{name: "stdin by line", stdin: "a\nb", code: "for await (const line of console) console.log(line + '.')", says: "a.\nb.\n"},
		{
			name: "worker", says: "worker",
			code: `import { Worker, isMainThread } from "node:worker_threads";
if (isMainThread) new Worker(import.meta.path, { argv: ["w"] });
else console.log("worker", process.argv, process.env, require.cache);`,
		},
		{
			name: "children", says: "forked",
			code: `import { execFileSync, fork } from "node:child_process";
if (process.argv[2] === "f") {
  console.log("forked", process.argv, process.execArgv, process.env);
} else {
  fork(import.meta.path, ["f"]).on("exit", () => {
    console.log(Bun.spawnSync(["sh", "-c", "env | sort; ls /proc/self/fd"]).stdout.toString(), execFileSync("env").toString());
  });
}`,
		},
		{
			name: "fork in a worker", says: "forked",
			code: `import { fork } from "node:child_process";
import { Worker, isMainThread } from "node:worker_threads";
if (process.argv[2] === "f") console.log("forked", process.argv, process.execArgv);
else if (isMainThread) new Worker(import.meta.path);
else fork(import.meta.path, ["f"]);`,
		},
	})
}
