import type { SameProgram } from './program.ts';

const bytes = Buffer.from([0, 1, 0xff, 0xfe, 10, 13, 0x80]);

/** Programs for Node.js alone. */
export const NODE: readonly SameProgram[] = [
  {
    name: 'CommonJS names',
    code: 'console.log(__filename, __dirname, require.main === module, module.id, module.paths, module.children, module.parent, Object.keys(require.cache), process.mainModule === module, require.resolve.paths("x"))',
    shows: '/sandbox/main.js /sandbox true',
  },
  {
    name: 'its process',
    code: 'console.log(process.argv, process.execArgv, process.argv0, process.execPath, process.title, process.cwd(), process.umask(), process.exitCode, process.getuid() === process.geteuid(), process.features, process.config.variables.napi_build_version, process.report.directory, process.eventNames())',
    more: { arguments: ['a b', '', '--x'] },
    shows: "'--x'",
  },
  {
    name: 'globals',
    code: 'console.log(Object.getOwnPropertyNames(globalThis).sort().join(), Object.keys(process).sort().join(), require("module").builtinModules.length, Object.keys(require("module")).join(), Error.stackTraceLimit)',
    shows: 'globalThis',
  },
  {
    name: 'the size of the heap, and processors',
    code: 'const v8 = require("v8"), os = require("os");\nconsole.log(v8.getHeapStatistics().heap_size_limit, os.availableParallelism(), process.constrainedMemory())',
    shows: /^\d+ \d+ \d+/,
  },
  {
    name: 'an ES module',
    code: 'import fs from "node:fs";\nconsole.log(import.meta.url, import.meta.filename, import.meta.main, await Promise.resolve(1), typeof require, fs.existsSync("main.js"))',
    shows: 'file:///sandbox/main.js',
  },
  {
    name: 'a worker',
    code: 'const { Worker, isMainThread } = require("worker_threads");\nif (isMainThread) { const w = new Worker(__filename, { argv: ["x"] }); w.on("exit", (c) => console.log("exit", c)); w.on("message", (m) => console.log(m)); }\nelse { require("worker_threads").parentPort.postMessage([process.argv.slice(2), process.execArgv, Object.keys(require.cache), process.env.GIVEN]); }',
    more: { env: { GIVEN: 'x' } },
    shows: "[ 'x' ]",
  },
  {
    name: 'forks',
    code: 'const cp = require("child_process");\nif (process.argv[2] === "child") { process.send([process.argv, process.execArgv, process.env.GIVEN, require("fs").readdirSync("/proc/self/fd").length]); process.disconnect(); }\nelse cp.fork(__filename, ["child"]).on("message", (m) => console.log(m)).on("exit", (c) => console.log(c));',
    more: { env: { GIVEN: 'x' } },
    shows: "'child'",
  },
  {
    name: 'a rejection that nobody handles, CommonJS',
    code: 'console.log("x"); Promise.reject(new Error("no"))',
    shows: 'x',
  },
  {
    name: 'what node:test reports',
    code: 'const test = require("node:test"); const assert = require("assert"); test("adds", () => assert.equal(1, 1)); test.after(() => console.log("after")); const write = process.stdout.write; process.stdout.write = (t, ...r) => write.call(process.stdout, String(t).replace(/[\\d.]+/g, "N"), ...r)',
    shows: 'after',
  },
  {
    name: 'the inspector and reports are as they are',
    code: 'console.log(require("inspector").url(), process.debugPort, process.allowedNodeEnvironmentFlags.size, process.permission, process.sourceMapsEnabled)',
    shows: 'undefined',
  },
  {
    name: 'TypeScript in a worker of another file',
    code: 'require("fs").writeFileSync("t.mts", "const x: number = 1; console.log(x)"); import("./t.mts")',
    shows: '1',
  },
];

/** Programs for every runtime of JavaScript. */
export const JAVASCRIPT: readonly SameProgram[] = [
  {
    name: 'arguments',
    code: 'console.log(process.argv.slice(1), process.argv0, process.execPath, process.cwd())',
    more: { arguments: ['a b', '', '-x', 'ü'] },
    shows: 'ü',
  },
  {
    name: 'environment',
    code: 'import { execSync } from "node:child_process";\nconsole.log(JSON.stringify(Object.entries(process.env).sort()), execSync("env | sort").toString())',
    more: { env: { GIVEN: 'a=b', EMPTY: '', Ünï: 'ö' } },
    shows: 'a=b',
  },
  {
    name: 'its module',
    code: 'console.log(import.meta.url, import.meta.main, import.meta.dirname, import.meta.filename, Object.keys(import.meta).sort().join())',
    shows: 'file:///sandbox/main',
  },
  {
    // Deno makes sockets for itself when it first has a use for them, sooner or later.
    name: 'descriptors and limits',
    code: 'import { readdirSync, readFileSync, readlinkSync } from "node:fs";\nconst targets = readdirSync("/proc/self/fd").map((fd) => { try { return readlinkSync("/proc/self/fd/" + fd).replace(/\\d+/g, "N"); } catch { return "" } });\nconsole.log(targets.filter((to) => !to.startsWith("socket")).sort().join(), readFileSync("/proc/self/limits", "utf8"), readFileSync("/proc/self/status", "utf8").match(/^(Sig[BIP]|Cap|NoNew|Seccomp:).*$/gm).join("\\n"))',
    more: { policy: { limits: { openFiles: 200, processes: 60 } } },
    shows: /Max open files +200 +200/,
  },
  {
    name: 'descriptors of a child',
    code: 'import { execSync } from "node:child_process";\nconsole.log(execSync("ls /proc/self/fd; cat /proc/self/limits; ulimit -n").toString())',
    more: { policy: { limits: { openFiles: 200 } } },
    shows: '200',
  },
  {
    name: 'top-level await and timers',
    // Bun's order of ticks and microtasks depends on whether anybody has loaded node:fs, which its hook has.
    code: 'import "node:fs";\nawait new Promise((r) => setTimeout(r, 20)); queueMicrotask(() => console.log("micro")); setTimeout(() => console.log("timer")); process.nextTick(() => console.log("tick")); console.log("main")',
    shows: 'main',
  },
  {
    name: 'an error with its source line',
    code: 'function inner() {\n  throw new TypeError("boom ü");\n}\nconsole.log("x");\ninner();',
    shows: 'x',
  },
  { name: 'a syntax error', code: 'console.log("never");\nlet = = 1;', shows: '' },
  {
    name: 'a rejection that nobody handles',
    code: 'console.log("x");\nawait Promise.reject(new Error("no"));',
    shows: 'x',
  },
  {
    name: 'a rejection later',
    code: 'setTimeout(() => { Promise.reject(new Error("late")); }, 10);\nsetTimeout(() => console.log("never"), 500);\nconsole.log("x");',
    shows: 'x',
  },
  { name: 'a module that is missing', code: 'import x from "./missing.js";\nconsole.log(x)', shows: '' },
  {
    name: 'exit codes',
    code: 'process.on("exit", (c) => console.log("exit", c));\nprocess.exitCode = 5;',
    shows: 'exit 5',
  },
  { name: 'process.exit', code: 'process.on("exit", () => console.log("bye"));\nprocess.exit(300)', shows: 'bye' },
  {
    name: 'no standard input',
    code: 'let n = 0; for await (const c of process.stdin) n += c.length; console.log(n, process.stdin.isTTY)',
    shows: '0',
  },
  {
    name: 'standard input, read whole',
    code: 'import { readFileSync } from "node:fs";\nconsole.log(readFileSync(0).toString("hex"))',
    more: { stdin: bytes },
    shows: '0001fffe0a0d80',
  },
  {
    name: 'standard input, much',
    code: 'let n = 0; for await (const c of process.stdin) n += c.length; console.log(n)',
    more: { stdin: Buffer.alloc(3_000_000) },
    shows: '3000000',
  },
  {
    name: 'standard input by lines',
    code: 'import { createInterface } from "node:readline";\nfor await (const line of createInterface({ input: process.stdin })) console.log(line.length)',
    more: { stdin: Buffer.from('one\ntwo three\nü') },
    shows: '9',
  },
  {
    name: 'signals',
    code: 'process.on("SIGUSR2", () => { console.log("got"); process.exit(4); });\nsetInterval(() => {}, 1000);\nprocess.kill(process.pid, "SIGUSR2");',
    shows: 'got',
  },
  {
    name: 'SIGTERM from within',
    code: 'console.log("x");\nprocess.kill(process.pid, "SIGTERM");\nsetInterval(() => {}, 1000);',
    shows: 'x',
  },
  { name: 'abort', code: 'console.log("x");\nprocess.abort();', shows: 'x' },
  {
    name: 'much output at once',
    code: 'process.stdout.write("x".repeat(900_000) + "\\n", () => console.error("written"))',
    shows: 'xxxx',
  },
  {
    name: 'a process',
    code: 'import { spawnSync } from "node:child_process";\nconst { status, stdout } = spawnSync(process.execPath, ["--version"]);\nconsole.log(status, stdout.toString(), spawnSync("sh", ["-c", "echo $PPID | wc -w; exit 3"]).status)',
    shows: '0',
  },
  {
    name: 'a module beside it',
    code: 'import { hi } from "./helper.mjs";\nconsole.log(hi)',
    more: { files: [{ path: 'helper.mjs', content: Buffer.from('export const hi = "there";') }] },
    shows: 'there',
  },
  {
    name: 'the time zone, the locale and the colours',
    code: 'console.log(Intl.DateTimeFormat().resolvedOptions(), new Date(0).toString(), { a: 1, s: "x" }, process.stdout.hasColors?.(), process.stdout.columns)',
    shows: 'UTC',
  },
  {
    name: 'its own file',
    code: 'import { readFileSync, statSync, readdirSync } from "node:fs";\nconst path = new URL(import.meta.url).pathname;\nconsole.log(readFileSync(path, "utf8").length, statSync(path).mode.toString(8), statSync(path).uid === process.getuid(), readdirSync(".").join(), readdirSync("/tmp").join())',
    shows: '100644 true',
  },
  { name: 'no code at all', code: '', shows: '' },
];

/** Programs for the runtimes that take TypeScript. */
export const TYPESCRIPT: readonly SameProgram[] = [
  {
    name: 'TypeScript',
    code: 'enum Colour { Red = 3 }\ninterface A { x: number }\nconst a: A = { x: Colour.Red };\nconsole.log(a.x satisfies number)',
    shows: '3',
  },
  {
    name: 'an error in TypeScript with its line',
    code: 'type A = string;\nconst x: A = "y";\nconsole.log(x);\nthrow new Error(x as string);',
    shows: 'y',
  },
];

/** Programs for Deno alone. */
export const DENO: readonly SameProgram[] = [
  {
    name: 'Deno',
    code: 'console.log(Deno.args, Deno.mainModule, Deno.cwd(), Deno.pid > 1, Deno.execPath(), Deno.exitCode, Deno.noColor, Deno.memoryUsage().heapTotal > 0, Object.keys(Deno).sort().join(), Object.isFrozen(Deno.args), JSON.stringify(Object.getOwnPropertyDescriptor(Deno, "args")))',
    more: { arguments: ['a b', '', '-x'] },
    shows: 'file:///sandbox/main.ts',
  },
  {
    name: 'Deno environment',
    code: 'console.log(JSON.stringify(Object.entries(Deno.env.toObject()).sort()), Deno.env.get("GIVEN"))',
    more: { env: { GIVEN: 'x' } },
    shows: 'x',
  },
  { name: 'globals', code: 'console.log(Object.getOwnPropertyNames(globalThis).sort().join())', shows: 'globalThis' },
  {
    name: 'a worker',
    code: 'const w = new Worker(new URL("data:application/javascript,postMessage(self.name + Deno.args.length)"), { type: "module", name: "n" });\nw.onmessage = (e) => { console.log(e.data); w.terminate(); }',
    more: { arguments: ['1', '2'] },
    shows: 'n2',
  },
  { name: 'exit by Deno', code: 'addEventListener("unload", () => console.log("unload"));\nDeno.exit(6)', shows: '' },
];

/** Programs for Bun alone. */
export const BUN: readonly SameProgram[] = [
  {
    name: 'Bun',
    code: 'console.log(Bun.argv, Bun.main, process.execArgv, Bun.version, Bun.isMainThread, require.main === module, typeof module, Object.keys(require.cache))',
    more: { arguments: ['a b', '', '-x'] },
    shows: '/sandbox/main.ts',
  },
  {
    name: 'globals',
    code: 'console.log(Object.getOwnPropertyNames(globalThis).sort().join(), Object.keys(Bun).sort().join())',
    shows: 'globalThis',
  },
  {
    name: 'a worker',
    code: 'const w = new Worker("data:text/javascript,postMessage(1 + 1)"); w.onmessage = (e) => { console.log(e.data); w.terminate(); }',
    shows: '2',
  },
  {
    name: 'the shell of Bun',
    code: 'import { $ } from "bun";\nconsole.log(await $`echo hi $HOME`.text())',
    shows: 'hi /sandbox',
  },
];
