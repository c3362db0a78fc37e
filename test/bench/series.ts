/** One try: a number, with a word on how it came about where there is one, or why there is no number. */
export type Sample = { readonly value: number; readonly how?: string } | { readonly failure: string };

/** Samples of one thing, in the order in which they were taken. Failures have no number, and are counted. */
export class Series {
  readonly values: number[] = [];
  readonly #failures = new Map<string, number>();
  readonly #hows = new Map<string, number>();

  add(sample: Sample): void {
    if ('failure' in sample) {
      count(this.#failures, sample.failure);
      return;
    }
    this.values.push(sample.value);
    if (sample.how !== undefined) count(this.#hows, sample.how);
  }

  /** How many tries of each failure. */
  get failures(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#failures);
  }

  /** How many samples came about in each way. */
  get hows(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#hows);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
