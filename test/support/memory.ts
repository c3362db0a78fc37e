import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process holds on to, in MiB: the heap after a collection, and the buffers outside of it. */
export function heldMemory(): number {
  collectGarbage();
  // Buffers of the first collection are given back beside it; the second waits for that.
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1024 / 1024);
}

/** How often memory is looked at, in milliseconds; each look is a collection, so all watches share it. */
const LOOK_MS = 300;

let last = { at: Number.NEGATIVE_INFINITY, held: 0 };

function lookedAt(): number {
  if (performance.now() - last.at >= LOOK_MS) last = { at: performance.now(), held: heldMemory() };
  return last.held;
}

/**
 * Watches how much this process holds on to, from the moment that it is made. Not its resident set, which has what was let
 * go and not collected yet, as much of it as the machine is busy.
 */
export class MemoryWatch implements Disposable {
  readonly #base = heldMemory();
  readonly #timer: NodeJS.Timeout;
  #peak = this.#base;

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The most that it had above the start, in MiB. */
  get growth(): number {
    this.#look();
    return this.#peak - this.#base;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, lookedAt());
  }
}
