import { createInterface } from 'node:readline/promises';

/** How often the line at the bottom of a terminal is drawn, in milliseconds. */
const DRAW_MS = 120;

/** Tells what a running step is doing right now. */
export type Detail = (text: string) => void;

/**
 * Shows steps, several at once if need be. On a terminal a line at the bottom says what each does; what a step has done
 * is a line of its own.
 */
export class Progress implements Disposable {
  readonly failures: string[] = [];
  readonly #out: NodeJS.WriteStream;
  readonly #running = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** A line of its own. */
  say(line: string): void {
    this.#clear();
    this.#out.write(`${line}\n`);
  }

  /** Asks on the terminal, with yes as the default. Without a terminal nobody can answer, and the answer is yes. */
  async ask(question: string): Promise<boolean> {
    if (process.stdin.isTTY !== true || this.#out.isTTY !== true) return true;
    this.#asking = true;
    this.#clear();
    const terminal = createInterface({ input: process.stdin, output: this.#out });
    try {
      return !/^\s*n/i.test(await terminal.question(`${question} [Y/n] `));
    } finally {
      terminal.close();
      this.#asking = false;
    }
  }

  /**
   * Runs one step and says how it ended. A failure is kept in `failures` and does not stop the others.
   *
   * @param work its result is what is said about the step; '' when there was nothing to do, which is not worth a line
   * @returns whether it succeeded
   */
  async step(name: string, work: (detail: Detail) => Promise<string>): Promise<boolean> {
    const begun = performance.now();
    this.#running.set(name, '');
    this.#draw();
    try {
      const result = await work((text) => this.#running.set(name, text));
      const seconds = (performance.now() - begun) / 1000;
      this.#end(name, result === '' || seconds < 1 ? result : `${result} (${seconds.toFixed(0)} s)`);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.failures.push(`${name}: ${message}`);
      this.#end(name, 'failed');
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#clear();
    clearInterval(this.#timer);
  }

  #end(name: string, result: string): void {
    this.#running.delete(name);
    if (result !== '') this.say(`${name.padEnd(14)} ${result}`);
    else this.#clear();
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #draw(): void {
    if (this.#out.isTTY !== true) return;
    this.#timer ??= setInterval(() => this.#draw(), DRAW_MS).unref();
    if (this.#asking) return;
    const line = [...this.#running].map(([name, text]) => (text === '' ? name : `${name}: ${text.trim()}`)).join(' · ');
    this.#clear();
    this.#out.write(line.slice(0, (this.#out.columns || 80) - 1));
  }

  #clear(): void {
    if (this.#out.isTTY === true) this.#out.write('\r\x1b[K');
  }
}
