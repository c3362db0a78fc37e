import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface Running {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; null to leave it open. */
  readonly input?: string | null;
  /** Called with each piece of standard output. */
  readonly onStdout?: (text: string) => void;
}

/** Runs a command in the folder of the repository to its end, whatever its exit code. */
export async function run(
  command: string,
  args: readonly string[],
  { env = {}, input = '', onStdout }: Running = {},
): Promise<Ended> {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onStdout?.(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // One that ends without reading all of its input is judged by its exit code.
  child.stdin.on('error', () => {});
  if (input !== null) child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  return { code: await promise, stdout, stderr };
}

/** Runs a command that must succeed. */
export async function must(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
  return stdout;
}
