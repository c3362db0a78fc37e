/** Called with a stretch of bytes: its first, and the one after its last. */
export type OnStretch = (start: number, end: number) => void;

/** Grams are hashed into this many bits. */
const HASH_BITS = 16;
const GRAM_BYTES = 3;
/** More of a pattern's beginning is not looked at when bytes are skipped: patterns would fill the table of grams. */
const MAX_WINDOW_BYTES = 16;
/** With no more than this begun, it is quicker to go back and skip. */
const SHALLOW = 2;

/**
 * Finds many patterns at once in a stream of bytes, in time that does not depend on how many they are: Aho and Corasick's
 * automaton, in arrays of numbers because there may be a million states. Where no pattern has begun, bytes are skipped as
 * Wu and Manber do: three bytes that stand in no pattern's beginning rule out that one lies over them.
 */
export class Automaton {
  /** The state after each byte when nothing has begun; of others, a list of children. */
  readonly #root = new Int32Array(256);
  readonly #firstChild: Int32Array;
  readonly #sibling: Int32Array;
  readonly #byte: Uint8Array;
  /** The state of the longest proper suffix that is a beginning too. */
  readonly #fallback: Int32Array;
  readonly #depth: Int32Array;
  /** Length of the longest pattern that ends in a state; 0 for none. */
  readonly #match: Int32Array;
  #states = 1;
  /** How far the next match can be for each gram at the end of a window. */
  readonly #shifts: Uint8Array;
  readonly #window: number;

  /** @param patterns of GRAM_BYTES bytes each at the least */
  constructor(patterns: readonly Uint8Array[]) {
    const lengths = patterns.map(({ length }) => length);
    const size = lengths.reduce((sum, length) => sum + length, 1);
    this.#firstChild = new Int32Array(size);
    this.#sibling = new Int32Array(size);
    this.#byte = new Uint8Array(size);
    this.#fallback = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#match = new Int32Array(size);
    this.#window = Math.min(MAX_WINDOW_BYTES, ...lengths);
    this.#shifts = new Uint8Array(1 << HASH_BITS).fill(this.#window - GRAM_BYTES + 1);
    for (const pattern of patterns) this.#add(pattern);
    this.#link();
  }

  /** How many bytes of a pattern have been read in a state: those that a longer match can begin with. */
  depth(state: number): number {
    return this.#depth[state] as number;
  }

  /**
   * Reads bytes and tells every stretch that is a pattern.
   *
   * @param state after the bytes before `from`; 0 where there are none
   * @param found may begin before 0, in bytes that were read before
   * @returns the state after the last byte
   */
  scan(bytes: Uint8Array, from: number, state: number, found: OnStretch): number {
    const depths = this.#depth;
    const matches = this.#match;
    let now = state;
    let at = from;
    let candidate = Math.max(-1, from - this.depth(state));
    while (at < bytes.length) {
      if (now === 0) {
        at = this.#skip(bytes, at);
        candidate = at;
      }
      now = this.#step(now, bytes[at] as number);
      at += 1;
      const match = matches[now] as number;
      if (match > 0) found(at - match, at);
      const depth = depths[now] as number;
      // Only forward: going back to where it came from would go round for ever.
      if (depth > 0 && depth <= SHALLOW && at - depth > candidate) {
        at -= depth;
        now = 0;
      }
    }
    return now;
  }

  /** Tells every stretch of so many bytes at the least that is the beginning of a pattern. */
  beginnings(bytes: Uint8Array, least: number, found: OnStretch): void {
    let now = 0;
    for (const [at, byte] of bytes.entries()) {
      now = this.#step(now, byte);
      const depth = this.depth(now);
      if (depth >= least) found(at + 1 - depth, at + 1);
    }
  }

  #step(state: number, byte: number): number {
    for (let from = state; from !== 0; from = this.#fallback[from] as number) {
      const child = this.#childOf(from, byte);
      if (child !== 0) return child;
    }
    return this.#root[byte] as number;
  }

  #childOf(state: number, byte: number): number {
    let child = this.#firstChild[state] as number;
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child] as number;
    return child;
  }

  /** The next place where a pattern may begin. */
  #skip(bytes: Uint8Array, from: number): number {
    const shifts = this.#shifts;
    const span = this.#window - GRAM_BYTES;
    const last = bytes.length - GRAM_BYTES;
    let at = from + span;
    while (at <= last) {
      const shift = shifts[hash(bytes, at)] as number;
      if (shift === 0) break;
      at += shift;
    }
    return at - span;
  }

  #add(pattern: Uint8Array): void {
    let state = 0;
    for (const byte of pattern) state = this.#childFor(state, byte);
    this.#match[state] = pattern.length;
    const span = this.#window - GRAM_BYTES;
    for (let at = 0; at <= span; at++) {
      const gram = hash(pattern, at);
      this.#shifts[gram] = Math.min(this.#shifts[gram] as number, span - at);
    }
  }

  #childFor(state: number, byte: number): number {
    const known = state === 0 ? (this.#root[byte] as number) : this.#childOf(state, byte);
    if (known !== 0) return known;
    const child = this.#states;
    this.#states += 1;
    this.#byte[child] = byte;
    this.#depth[child] = this.depth(state) + 1;
    if (state === 0) {
      this.#root[byte] = child;
    } else {
      this.#sibling[child] = this.#firstChild[state] as number;
      this.#firstChild[state] = child;
    }
    return child;
  }

  /** Finds the fallbacks, shallow states first: each needs those above it. */
  #link(): void {
    const queue = new Int32Array(this.#states);
    let end = 0;
    for (const state of this.#root) if (state !== 0) queue[end++] = state;
    for (let at = 0; at < end; at++) {
      const state = queue[at] as number;
      const fallback = this.#fallback[state] as number;
      // What ends in a suffix ends here too; the longest hides the others, which lie within it.
      this.#match[state] ||= this.#match[fallback] as number;
      for (let child = this.#firstChild[state] as number; child !== 0; child = this.#sibling[child] as number) {
        this.#fallback[child] = this.#step(fallback, this.#byte[child] as number);
        queue[end++] = child;
      }
    }
  }
}

function hash(bytes: Uint8Array, at: number): number {
  const gram = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return Math.imul(gram, 0x9e3779b1) >>> (32 - HASH_BITS);
}
