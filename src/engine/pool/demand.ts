/** Arrivals this close together, in milliseconds, want sandboxes that wait already: none can be started meanwhile. */
const BURST_MS = 2_000;

/** A burst is half forgotten after this long, in milliseconds. */
const HALF_LIFE_MS = 120_000;

/** Fewer arrivals than this in a burst, fading ones counted in part, are no reason to keep anything. */
const LEAST = 1.5;

/** Learns from the arrivals of one kind of request how many sandboxes should wait for the next ones. */
export class Demand {
  #recent: number[] = [];
  #level = 0;
  #at = 0;

  /** Notes an arrival. @param now in milliseconds, as performance.now() has it */
  note(now: number): void {
    this.#recent = this.#recent.filter((at) => now - at < BURST_MS);
    this.#recent.push(now);
    // What fades still counts a little beside a new arrival, or rare ones would never add up.
    const faded = this.#faded(now);
    this.#level = Math.max(this.#recent.length, faded < 1 ? faded + 1 : faded);
    this.#at = now;
  }

  /** How many should wait. */
  wanted(now: number): number {
    const level = this.#faded(now);
    return level < LEAST ? 0 : Math.ceil(level);
  }

  /** Whether there is nothing left to remember. */
  isForgotten(now: number): boolean {
    return this.#faded(now) < 0.1;
  }

  #faded(now: number): number {
    return this.#level * 0.5 ** ((now - this.#at) / HALF_LIFE_MS);
  }
}
