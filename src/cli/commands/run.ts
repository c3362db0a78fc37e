import { Command } from 'commander';
import { reachAny, reachable, reachServer } from '../reach.ts';
import { follow, handOnStdin } from '../run/follow.ts';
import { another, duration, pair, positive, type RunOptions, sentFile, size } from '../run/options.ts';
import { findProgram } from '../run/program.ts';
import { requestOf } from '../run/request.ts';
import { exitCodeOf, remarksOn } from '../run/verdict.ts';

const EXAMPLES = `
The program is FILE, or --eval, --cmd, or what comes through a pipe; what follows it are its arguments. Output comes while
it is written, and the exit code is the program's; 124 when its time was up, 128 and the signal's number when one ended it.
Without --host or ISOL8_ADDRESS a server is started for this call.

Examples:
  isol8 run script.py --verbose           # FILE's extension says the runtime; --verbose is the program's
  isol8 run -e 'print(6 * 7)'             # python, where nothing says otherwise
  isol8 run --cmd 'ls -la /'              # in bash
  echo 'console.log(1)' | isol8 run -r node
  isol8 run --timeout 5s --memory 256m --env MODE=test --secret API_KEY job.py < input.txt
  isol8 run --file data.csv --output 'plots/*.png' --output-dir out plot.py
  isol8 run --host isol8.example:443 --ca ca.pem --session-id me --context main -e 'x = 42'
`;

/** `isol8 run`: one program, as if it ran here. */
export function runCommand(): Command {
  return reachable(new Command('run'))
    .description('run a program in a sandbox, as if it ran here')
    .argument('[file]', 'the program; - for standard input')
    .argument('[arguments...]', 'what it is given')
    .option('-e, --eval <code>', 'the program itself')
    .option('--cmd <command>', 'a command line for bash')
    .option('-r, --runtime <name>', 'python, node, bun, deno, bash or one that the server has more')
    .option('--timeout <span>', 'wall time: 30s, 1.5m, 250ms', duration)
    .option('--memory <size>', 'memory: 512m, 1GiB, or bytes', size)
    .option('--cpu <cores>', 'cores, fractions too', positive)
    .option('--processes <count>', 'processes and threads', positive)
    .option('--max-output <size>', 'output that is kept, of each stream', size)
    .option('--workspace <size>', 'size of /sandbox, where the program starts', size)
    .option('--env <name=value>', 'an environment variable; NAME alone takes the value that it has here', pair)
    .option('--secret <name=value>', 'the same, whose value becomes *** in all output', pair)
    .option('--file <here[:there]>', 'a file to bring along', sentFile)
    .option('--output <path>', 'a file, or a glob, to bring back', another)
    .option('--output-dir <folder>', 'where to', '.')
    .option('--stdin <text>', 'standard input, instead of what comes here')
    .option('--setup <script>', 'a bash script to run before, or a file with one')
    .option('--workdir <path>', 'where it starts, below /sandbox')
    .option('--session-id <id>', 'run in this session; one is made with --runtime when there is none')
    .option('--context <name>', 'run in its interpreter of this name, whose variables live on')
    .option('--json', 'print the whole result as JSON at the end')
    .addHelpText('after', EXAMPLES)
    .passThroughOptions()
    .action(async (file: string | undefined, rest: string[], options: RunOptions) => {
      await run(file === undefined ? [] : [file, ...rest], options);
    });
}

async function run(words: readonly string[], options: RunOptions): Promise<void> {
  const program = await findProgram(words, options);
  const stopped = stopSignal();
  // One that is started for the call would take the session with it.
  await using reached = await (options.sessionId === undefined ? reachAny : reachServer)(options);
  // A context takes no more input than it was given, and JSON comes from an answer, which takes none either.
  const ours = !program.tookStdin && options.stdin === undefined && options.context === undefined && !options.json;
  const request = requestOf(program, options, ours ? 'ours' : 'none');
  try {
    if (options.json) {
      const result = await reached.isol8.execute(request, { signal: stopped.signal });
      process.stdout.write(`${JSON.stringify(result, asText, 2)}\n`);
      process.exitCode = exitCodeOf(result);
      return;
    }
    const stream = reached.isol8.executeStream(request, { signal: stopped.signal });
    if (ours) void handOnStdin(stream);
    const { result, isMidLine } = await follow(stream, options.outputDir);
    const remarks = remarksOn(result);
    // Where both go to one terminal.
    if (isMidLine && remarks.length > 0 && process.stdout.isTTY && process.stderr.isTTY) process.stderr.write('\n');
    for (const remark of remarks) console.error(`isol8: ${remark}`);
    process.exitCode = exitCodeOf(result);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    process.exitCode = stopped.exitCode();
  } finally {
    process.stdin.destroy();
  }
}

/** Bytes as base64. */
function asText(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

/** Aborted by the first signal that asks to stop, and by nobody reading the output any more. */
function stopSignal() {
  const stop = new AbortController();
  let exitCode = 1;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      exitCode = code;
      stop.abort();
    });
  }
  process.stdout.on('error', () => {
    exitCode = 141;
    stop.abort();
  });
  return { signal: stop.signal, exitCode: () => exitCode };
}
