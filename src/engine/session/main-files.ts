/**
 * Names for the files of programs that run in one session, so that none is read by another and none is in the way of a
 * file of the caller's. A name is used again once its program has ended.
 */
export class MainFiles {
  readonly #usual: string;
  readonly #taken = new Set<number>();

  /** @param usual the runtime's: `main.py` */
  constructor(usual: string) {
    this.#usual = usual;
  }

  /** A name that no other program has, to be given back by `free`. */
  take(): string {
    let number = 1;
    while (this.#taken.has(number)) number += 1;
    this.#taken.add(number);
    return this.#name(number);
  }

  /** Gives a name back. */
  free(name: string): void {
    for (const number of this.#taken) if (this.#name(number) === name) this.#taken.delete(number);
  }

  #name(number: number): string {
    const dot = this.#usual.lastIndexOf('.');
    const [stem, extension] = [this.#usual.slice(0, dot), this.#usual.slice(dot)];
    return `.${stem}${number === 1 ? '' : `-${number}`}${extension}`;
  }
}
