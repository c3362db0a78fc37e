import type { Automaton } from './automaton.ts';
import { Stretches } from './stretches.ts';

/**
 * Masks a stream of bytes: every byte that is part of any pattern is hidden, and each run of such bytes, however many
 * patterns make it up, becomes one mask. What comes out does not depend on how the stream is cut. Held back is only what
 * may still become part of a pattern: less than the longest.
 */
export class MaskedStream {
  readonly #automaton: Automaton;
  readonly #mask: Uint8Array;
  #state = 0;
  #held: Uint8Array = new Uint8Array();
  /** Patterns in what is held back, that lie behind bytes which are not decided. */
  readonly #hidden = new Stretches();
  /** Whether the last byte before what is held back was hidden: what comes may go on with the same mask. */
  #masking = false;
  #shrunkBy = 0;

  constructor(automaton: Automaton, mask: Uint8Array) {
    this.#automaton = automaton;
    this.#mask = mask;
  }

  /** How many bytes fewer have come out than they stand for. */
  get shrunkBy(): number {
    return this.#shrunkBy;
  }

  /** What is certain after this chunk. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    // A pattern that began before what is held back is masked up to there already.
    const found = (start: number, end: number) => this.#hidden.add(Math.max(0, start), end);
    this.#state = this.#automaton.scan(bytes, this.#held.length, this.#state, found);
    return this.#give(bytes, Math.max(0, bytes.length - this.#automaton.depth(this.#state)));
  }

  /**
   * What was held back, when no more is to come.
   *
   * @param cut whoever wrote may have had more to write: what was held back may be the beginning of a secret, and is dropped
   */
  end(cut: boolean): Uint8Array {
    return cut ? new Uint8Array() : this.#give(this.#held, this.#held.length);
  }

  /** Gives bytes up to the one that is not decided, and the patterns right behind; holds the others back. */
  #give(bytes: Uint8Array, undecided: number): Uint8Array {
    const out: Uint8Array[] = [];
    let at = 0;
    let given = 0;
    for (const { start, end } of this.#hidden.all) {
      if (start > Math.max(at, undecided)) break;
      if (start > at) this.#show(bytes.subarray(at, start), out);
      this.#hide(end - Math.max(at, start), out);
      at = end;
      given += 1;
    }
    if (undecided > at) {
      this.#show(bytes.subarray(at, undecided), out);
      at = undecided;
    }
    this.#hidden.advance(given, at);
    // A copy: the chunk belongs to a larger buffer that would otherwise be kept.
    this.#held = Uint8Array.from(bytes.subarray(at));
    return out.length === 1 ? (out[0] as Uint8Array) : Buffer.concat(out);
  }

  #show(bytes: Uint8Array, out: Uint8Array[]): void {
    out.push(bytes);
    this.#masking = false;
  }

  #hide(count: number, out: Uint8Array[]): void {
    this.#shrunkBy += count;
    if (this.#masking) return;
    out.push(this.#mask);
    this.#shrunkBy -= this.#mask.length;
    this.#masking = true;
  }
}
