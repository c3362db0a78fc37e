import PQueue from 'p-queue';
import { EngineError } from '../errors.ts';

/** Gives executions a place: so many at once, so many waiting, one more is refused. */
export class Admission {
  readonly #queue: PQueue;
  readonly #maxQueued: number;

  /** @param maxConcurrent at once; @param maxQueued waiting */
  constructor(maxConcurrent: number, maxQueued: number) {
    this.#queue = new PQueue({ concurrency: maxConcurrent });
    this.#maxQueued = maxQueued;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Runs a task when there is a place for it.
   *
   * @param onQueued called at once with the place in the queue when the task has to wait; the next to run is 1
   * @returns when the task is over, aborted or not: a task that runs ends by itself. Rejects with the signal's reason when
   *   it aborts before that
   * @throws EngineError QUEUE_FULL, at once
   */
  enter(task: () => Promise<void>, signal: AbortSignal, onQueued: (position: number) => void): Promise<void> {
    const mustWait = this.#queue.pending >= this.#queue.concurrency;
    if (mustWait && this.#queue.size >= this.#maxQueued) {
      throw new EngineError('QUEUE_FULL', `${this.#maxQueued} executions wait already: try again later`, {
        metadata: { max_queued: String(this.#maxQueued) },
        retryAfterMs: 1000,
      });
    }
    const waiting = new AbortController();
    const stopWaiting = () => waiting.abort(signal.reason);
    if (signal.aborted) stopWaiting();
    signal.addEventListener('abort', stopWaiting, { once: true });
    // The queue gives up a task whose signal aborts even while it runs, so it is not given the caller's.
    const run = () => {
      signal.removeEventListener('abort', stopWaiting);
      return task();
    };
    const entered = this.#queue.add(run, { signal: waiting.signal });
    if (mustWait) onQueued(this.#queue.size);
    return entered;
  }
}
