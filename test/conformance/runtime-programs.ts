import { RUNTIMES } from '../../src/engine/runtimes/registry.ts';

/** What every runtime must be able to do, as a program of its own language. */
export interface RuntimePrograms {
  /** Prints `Grüße 😀` and a line end. */
  readonly print: string;
  /** Prints its arguments, a line each. */
  readonly args: string;
  /** Prints the variable `GIVEN`. */
  readonly env: string;
  /** Prints standard input, read to its end. */
  readonly stdin: string;
  /** Exits with 3. */
  readonly exit: string;
  /** Prints `e` on standard error, then `o` on standard output, without line ends. */
  readonly streams: string;
  /** Fails in its third line with the text `boom`. */
  readonly fails: string;
  /** Prints what `helper` beside it gives: `helped`. */
  readonly helper: { readonly path: string; readonly content: string; readonly code: string };
  /** Writes `out.txt` with the content `written`. */
  readonly write: string;
  /** Prints `child` from a child process, then `thread` from a thread (from one more child, where there are none). */
  readonly parallel: string;
}

/** A child, then a worker; `spawn` prints what a command says. */
const childAndWorker = (spawn: string) =>
  `${spawn}
import { Worker } from 'node:worker_threads';
const worker = new Worker("require('node:worker_threads').parentPort.postMessage('thread')", { eval: true });
worker.on('message', (text) => { console.log(text); worker.terminate(); });`;

const javascript = {
  print: "console.log('Grüße 😀');",
  args: 'for (const arg of process.argv.slice(2)) console.log(arg);',
  env: 'console.log(process.env.GIVEN);',
  stdin: "import { readFileSync } from 'node:fs';\nprocess.stdout.write(readFileSync(0));",
  exit: 'process.exit(3);',
  streams: "process.stderr.write('e');\nprocess.stdout.write('o');",
  fails: "\n\nthrow new Error('boom');",
  write: "import { writeFileSync } from 'node:fs';\nwriteFileSync('out.txt', 'written');",
  parallel: childAndWorker(
    "import { execFileSync } from 'node:child_process';\nprocess.stdout.write(execFileSync('bash', ['-c', 'echo child | cat']));",
  ),
};

const helperModule = (path: string) => ({
  path,
  content: "export const help = () => 'helped';",
  code: `import { help } from './${path}';\nconsole.log(help());`,
});

/** The programs by runtime; a runtime without is a test that fails. */
export const PROGRAMS: Readonly<Record<string, RuntimePrograms>> = {
  python: {
    print: "print('Grüße 😀')",
    args: 'import sys\nfor arg in sys.argv[1:]: print(arg)',
    env: "import os\nprint(os.environ['GIVEN'])",
    stdin: 'import sys\nsys.stdout.write(sys.stdin.read())',
    exit: 'raise SystemExit(3)',
    streams: "import sys\nsys.stderr.write('e')\nsys.stdout.write('o')",
    fails: "\n\nraise RuntimeError('boom')",
    helper: { path: 'helper.py', content: "def help(): return 'helped'", code: 'import helper\nprint(helper.help())' },
    write: "open('out.txt', 'w').write('written')",
    parallel: `import multiprocessing, subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
def double(n): return 2 * n
if __name__ == '__main__':
    print(subprocess.run(['bash', '-c', 'echo child | cat'], capture_output=True, text=True).stdout, end='')
    with multiprocessing.get_context('fork').Pool(2) as pool: assert pool.map(double, range(9)) == list(range(0, 18, 2))
    with ThreadPoolExecutor(4) as threads: print(next(threads.map(lambda text: text, ['thread'])))`,
  },
  node: { ...javascript, helper: helperModule('helper.mjs') },
  bun: { ...javascript, helper: helperModule('helper.ts') },
  deno: {
    ...javascript,
    args: 'for (const arg of Deno.args) console.log(arg);',
    env: "console.log(Deno.env.get('GIVEN'));",
    exit: 'Deno.exit(3);',
    streams:
      "Deno.stderr.writeSync(new TextEncoder().encode('e'));\nDeno.stdout.writeSync(new TextEncoder().encode('o'));",
    helper: helperModule('helper.ts'),
  },
  bash: {
    print: "echo 'Grüße 😀'",
    args: 'printf "%s\\n" "$@"',
    env: 'echo "$GIVEN"',
    stdin: 'cat',
    exit: 'exit 3',
    streams: 'printf e >&2; printf o',
    fails: '\n\nboom-is-no-command',
    helper: { path: 'helper', content: "help() { echo 'helped'; }", code: '. ./helper\nhelp' },
    write: 'printf written > out.txt',
    parallel: 'mkfifo pipe; echo child > pipe & cat pipe; wait; cat < <(echo thread | cat)',
  },
};

/** Names of all runtimes that there are. */
export const RUNTIME_NAMES = RUNTIMES.map(({ name }) => name);
