package service_test

import "testing"

var deno = &interpreter{
	hook: "deno", image: "isol8/deno:latest", main: "main.ts",
	argv:        []string{"deno", "run", "--allow-all", "--quiet", "--no-remote"},
	environment: []string{"NO_COLOR=1", "DENO_NO_UPDATE_CHECK=1", "DENO_DIR=/tmp/.deno"},
}

func TestDenoIsTheSameHotAndCold(t *testing.T) {
	sameBothWays(t, deno, []program{
		{name: "hello", code: "const x: string = 'hello'; console.log(x)", says: "hello\n"},
		{
			name: "state", environment: []string{"NAME=value=1", "EMPTY=", "UTF=é"}, says: `"value=1"`,
			code: `console.log(Deno.args, Deno.mainModule, import.meta, Deno.cwd(), Deno.execPath(), Deno.umask());
console.log(Object.entries(Deno.env.toObject()).sort(), Reflect.ownKeys(globalThis), Object.keys(Deno));
console.log([...Deno.readDirSync(".")], Deno.statSync("main.ts").mode, Deno.readTextFileSync("/proc/self/limits"));
const fds: string[] = [];
for (const { name } of Deno.readDirSync("/proc/self/fd")) { try { fds.push(Deno.readLinkSync("/proc/self/fd/" + name)) } catch {} }
console.log(fds.sort());
`,
		},
		{
			name: "Node's names", environment: []string{"NAME=value"}, says: "/sandbox/main.ts",
			code: `import process from "node:process";
console.log(process.argv, process.execArgv, process.title, process.argv0, Object.entries(process.env).sort(), globalThis.process.argv);`,
		},
		{name: "error", code: "function f(): void {\n  throw new Error('x');\n}\nf();\n", exit: 1, says: "main.ts:2"},
		{name: "syntax error", code: "let a: = ;", exit: 1, says: "error"},
		{name: "rejection", code: "Promise.reject(new Error('x'))", exit: 1, says: "Error: x"},
		{name: "exit code", code: "addEventListener('unload', () => console.log('bye')); Deno.exitCode = 7", exit: 7, says: "bye"},
		{
			name: "stdin", stdin: "a\nb\n", says: `"a\nb\n"`,
			code: "console.log(JSON.stringify(await new Response(Deno.stdin.readable).text()))",
		},
		{
			name: "worker", says: "worker",
			code: `if (self.name !== "w") new Worker(import.meta.url, { type: "module", name: "w" });
else { console.log("worker", self.name, import.meta, Object.entries(Deno.env.toObject()).sort()); self.close(); }`,
		},
		{
			name: "worker of Node", says: "worker",
			code: `import { Worker, isMainThread } from "node:worker_threads";
import process from "node:process";
if (isMainThread) new Worker(new URL(import.meta.url), { argv: ["w"] });
else console.log("worker", process.argv, process.execArgv);`,
		},
		{
			name: "children", says: "forked", environment: []string{"NAME=value"},
			code: `import { execFileSync, fork } from "node:child_process";
import process from "node:process";
if (Deno.args[0] === "f") {
  console.log("forked", process.argv, process.execArgv, Object.entries(Deno.env.toObject()).sort());
} else {
  fork(new URL(import.meta.url).pathname, ["f"]).on("exit", () => {
    const shell = new Deno.Command("sh", { args: ["-c", "env | sort; ls /proc/self/fd"] }).outputSync();
    console.log(new TextDecoder().decode(shell.stdout), execFileSync("sh", ["-c", "env | sort"]).toString());
  });
}`,
		},
		{name: "time zone", environment: []string{"TZ=Asia/Tokyo"}, code: "console.log(new Date(0).getHours())", says: "9"},
	})
}
