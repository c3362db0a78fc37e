import { extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { ConfigError } from '../../config.ts';
import { read } from '../files.ts';
import type { RunOptions } from './options.ts';

/** Runtimes by what a program's file is called. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
  '.ts': 'bun',
  '.mts': 'deno',
  '.sh': 'bash',
};

/** What is to run. */
export interface Program {
  /** Unset in a session, which has its own. */
  readonly runtime?: string;
  readonly source: { readonly code: string } | { readonly command: string };
  readonly arguments: readonly string[];
  /** Whether standard input was the program, so that there is none left for it. */
  readonly tookStdin: boolean;
}

/**
 * Finds the program: `--cmd`, `--eval`, a file, or standard input.
 *
 * @param words what stands after the options: a file and its arguments; arguments alone where the program is an option
 * @throws ConfigError
 */
export async function findProgram(words: readonly string[], options: RunOptions): Promise<Program> {
  const { cmd, eval: given, sessionId } = options;
  if (cmd !== undefined && given !== undefined) throw new ConfigError('--cmd and --eval exclude each other');
  const chosen = options.runtime;
  const as = (runtime: string) => ((chosen ?? sessionId === undefined) ? { runtime: chosen ?? runtime } : {});
  if (cmd !== undefined) return { ...as('bash'), source: { command: cmd }, arguments: words, tookStdin: false };
  if (given !== undefined) return { ...as('python'), source: { code: given }, arguments: words, tookStdin: false };
  const [file = '-', ...rest] = words;
  if (file !== '-') {
    const runtime = chosen ?? BY_EXTENSION[extname(file)];
    if (runtime === undefined && sessionId === undefined) {
      throw new ConfigError(`${file}: its name does not say what runs it: use --runtime`);
    }
    return { ...(runtime && { runtime }), source: { code: read(file) }, arguments: rest, tookStdin: false };
  }
  if (process.stdin.isTTY) throw new ConfigError('there is no program: name a file, or use --eval, --cmd or a pipe');
  const code = await text(process.stdin);
  if (code === '') throw new ConfigError('standard input is empty: name a file, or use --eval or --cmd');
  return { ...as('python'), source: { code }, arguments: rest, tookStdin: true };
}
