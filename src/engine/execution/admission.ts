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
   * @param signal takes a task out of the queue; one that is under way is waited for, as nothing else ends its sandbox
   * @returns when the task is over; rejects with the signal's reason when it aborts before
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
    // A signal that PQueue knows while the task runs would make it look over before it is.
    const waiting = new AbortController();
    const leave = () => waiting.abort(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const begin = () => {
      signal.removeEventListener('abort', leave);
      return task();
    };
    const entered = this.#queue.add(begin, { signal: waiting.signal });
    if (mustWait) onQueued(this.#queue.size);
    return entered;
  }
}
