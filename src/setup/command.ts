import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A tool of this machine that did not do its work; the message carries the last lines that it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Lines of output that an error shows. */
const SHOWN_LINES = 12;

/** What a command may be given. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Called with each line, of standard output and of standard error. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a tool without a terminal and without input, and waits for its end.
 *
 * @returns what it wrote to standard output
 * @throws CommandError when it is not there or does not end with 0
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const all: string[] = [];
  for (const [stream, kept] of [
    [child.stdout, output],
    [child.stderr, undefined],
  ] as const) {
    createInterface({ input: stream }).on('line', (line) => {
      kept?.push(line);
      all.push(line);
      options.onLine?.(line);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on('error', (error) => reject(new CommandError(`${command}: ${error.message}`)));
  child.on('close', (code, signal) => {
    if (code === 0) return resolve();
    reject(
      new CommandError(
        [`"${command} ${args.join(' ')}" ended with ${code ?? signal}:`, ...all.slice(-SHOWN_LINES)].join('\n'),
      ),
    );
  });
  await promise;
  return output.join('\n');
}

/** Whether a tool of this name can be run. */
export async function hasCommand(name: string): Promise<boolean> {
  return runCommand('sh', ['-c', 'command -v "$0"', name]).then(
    () => true,
    () => false,
  );
}
