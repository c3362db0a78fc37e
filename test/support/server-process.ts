import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { connect, type TestClient } from './client.ts';
import { ROOT } from './command.ts';
import { TEST_KEY } from './server.ts';

const MAIN = fileURLToPath(new URL('../../bin/isol8.js', import.meta.url));

/** `isol8 serve` as a process of its own. */
export interface ServerProcess {
  readonly address: string;
  readonly client: TestClient;
  /** What it printed until it listened. */
  readonly printed: string;
  readonly pid: number;
  /** How many file descriptors it has open. */
  openFiles(): number;
  /** Ends it with a signal; resolves when it is gone, to its exit code where it had one. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** How a server process is started. */
export interface Starting {
  /** The program and its arguments; `isol8 serve` itself when it is not given. */
  readonly command?: readonly string[];
  /** For Node.js itself. */
  readonly nodeArguments?: readonly string[];
  /** Called with each piece of standard error, which is this process's own otherwise. */
  readonly onStderr?: (text: string) => void;
}

/** Starts `isol8 serve` on a free port and waits until it listens. */
export async function startServerProcess(
  dataDir: string,
  environment: Record<string, string> = {},
  { nodeArguments = [], onStderr, command = [process.execPath, ...nodeArguments, MAIN, 'serve'] }: Starting = {},
): Promise<ServerProcess> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      ISOL8_LISTEN: '127.0.0.1:0',
      ISOL8_API_KEY: TEST_KEY,
      ISOL8_DATA_DIR: dataDir,
      ISOL8_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      ...environment,
    },
    stdio: ['ignore', 'pipe', onStderr === undefined ? 'inherit' : 'pipe'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => onStderr?.(text));
  // A test that fails must not leave it running.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const { address, printed } = await listening(child.stdout as Readable);
  const client = connect(address, TEST_KEY);
  return {
    address,
    client,
    printed,
    pid: child.pid as number,
    openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    async end(signal) {
      child.kill(signal);
      const [code] = await gone;
      process.off('exit', endWithUs);
      client.close();
      return code;
    },
  };
}

/** What `serve` prints until it is ready, and the address in it. */
async function listening(output: AsyncIterable<Buffer>): Promise<{ address: string; printed: string }> {
  let text = '';
  for await (const chunk of output) {
    text += chunk;
    const address = /^isol8 listens on (\S+)\n/m.exec(text)?.[1];
    if (address !== undefined) return { address, printed: text };
  }
  throw new Error(`the server ended before it listened: ${text}`);
}
