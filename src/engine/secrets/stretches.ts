/** Bytes from one place to before another. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Stretches that come in the order of their ends. Those that overlap or touch are one. */
export class Stretches {
  #all: Stretch[] = [];

  /** Neither overlapping nor touching, in order. */
  get all(): readonly Stretch[] {
    return this.#all;
  }

  add(start: number, end: number): void {
    let first = start;
    for (let top = this.#all.at(-1); top !== undefined && top.end >= start; top = this.#all.at(-1)) {
      first = Math.min(first, top.start);
      this.#all.pop();
    }
    this.#all.push({ start: first, end });
  }

  /** Forgets the first so many, and counts places from another one on. */
  advance(count: number, origin: number): void {
    this.#all = this.#all.slice(count).map(({ start, end }) => ({ start: start - origin, end: end - origin }));
  }
}
