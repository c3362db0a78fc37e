/** Something to undo, with a name for the error. */
interface Closer {
  readonly name: string;
  readonly close: () => unknown;
}

/**
 * Whatever was opened, closed in the reverse order. One that fails does not keep the others from being closed; all
 * failures are thrown together at the end.
 */
export class Closers implements AsyncDisposable {
  readonly #closers: Closer[] = [];

  /** Remembers how to close something that has just been opened. */
  add(name: string, close: () => unknown): void {
    this.#closers.push({ name, close });
  }

  /** Closes everything, once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: Error[] = [];
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (cause) {
        failures.push(new Error(`closing ${closer.name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
  }
}
