import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import { ROOT } from '../support/command.ts';
import { hostProcesses } from '../support/host.ts';

/** A program that plays a scenario and prints a line of JSON for each thing that happens. */
export class Scenario implements AsyncDisposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;
  /** What it wrote on standard error. */
  stderr = '';

  constructor(python: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(python, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#ended = once(this.#child, 'close');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next thing that happens. */
  async next(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.nextText()) as Record<string, unknown>;
  }

  /** The same, as it is. */
  async nextText(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`it ended: ${this.stderr}`);
    return value;
  }

  /** Lets it go on that waits for a word. */
  goOn(): void {
    this.#child.stdin.write('\n');
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Lets it end; its exit code, or null where a signal ended it. */
  async end(): Promise<number | null> {
    this.#child.stdin.on('error', () => {});
    this.#child.stdin.end();
    const [code] = await this.#ended;
    return code as number | null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** A program that does not end by itself, which the host's processes tell from all others. */
export class Endless {
  /** Seconds that nobody else sleeps. */
  readonly seconds = String(100_000 + Math.floor(Math.random() * 1_000_000));

  /** How many run on this host now. */
  get running(): number {
    return hostProcesses().filter(({ command }) => command === `sleep ${this.seconds}`).length;
  }

  /** Resolves when so many run. */
  async runs(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.running).toBe(count), { timeout: 15_000, interval: 50 });
  }
}
