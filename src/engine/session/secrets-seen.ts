import { Mask } from '../secrets/mask.ts';

/** Values together; the same as one request may have. */
const MAX_BYTES = 8 * 1024;
const MAX_COUNT = 64;

/**
 * The secrets that executions of one session were given: what one of them was told, a later one may print. The latest are
 * remembered, as many as one request may have. They are nowhere on disk, so a server that starts again knows none.
 */
export class SecretsSeen {
  #values: string[] = [];

  /** Hides all of them. */
  get mask(): Mask {
    return new Mask(this.with({}));
  }

  /** Adds those of an execution and gives all. */
  with(secrets: Readonly<Record<string, string>>): Record<string, string> {
    const added = Object.values(secrets);
    const all = [...added, ...this.#values.filter((value) => !added.includes(value))].slice(0, MAX_COUNT);
    let bytes = 0;
    this.#values = all.filter((value) => {
      bytes += Buffer.byteLength(value);
      return bytes <= MAX_BYTES;
    });
    return Object.fromEntries(this.#values.map((value, i) => [String(i), value]));
  }
}
