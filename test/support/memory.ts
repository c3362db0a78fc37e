import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Watches how much memory this process has, from the moment that it is made. */
export class MemoryWatch implements Disposable {
  readonly #base = process.memoryUsage.rss();
  readonly #timer: NodeJS.Timeout;
  #peak = this.#base;

  constructor() {
    this.#timer = setInterval(() => this.#look(), 10);
  }

  /** The most that it had above the start, in MiB. */
  get growth(): number {
    this.#look();
    return Math.round((this.#peak - this.#base) / 1024 / 1024);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }
}

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
