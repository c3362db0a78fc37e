/** Says what happens now: one line that is written over, on a terminal; nothing in a pipe. */
export class Progress {
  readonly #terminal = process.stderr.isTTY;

  say(text: string): void {
    if (this.#terminal) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#terminal) process.stderr.write('\r\x1b[K');
  }
}
