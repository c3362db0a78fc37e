import { randomUUID } from 'node:crypto';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import { ENDING_QUEUE_BYTES, EVENT_BYTES, OUTPUT_QUEUE_BYTES } from '../constants.ts';
import type { Execution, ExecutionEvent, ExecutionEventBody } from '../types.ts';
import { InteractiveInput } from './interactive-input.ts';

/** Made once: every execution ends with it, and to make one takes a stack. */
const CANCELLED = new DOMException('the execution is cancelled', 'AbortError');

/** An execution under way: its events between the task that makes them and the caller who reads them. */
export class RunningExecution implements Execution {
  readonly id = randomUUID().replaceAll('-', '');
  readonly tenant: string;
  /** What `sendInput` feeds; undefined for a program whose input is known. */
  readonly input: InteractiveInput | undefined;
  /** Sends a signal to what runs; undefined as long as nothing does. */
  signaller: ((signal: number) => Promise<void>) | undefined;
  readonly #events = new BoundedQueue<ExecutionEvent>(OUTPUT_QUEUE_BYTES, weight);
  readonly #cancel = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  #sequence = 0;

  /**
   * @param caller aborts when the caller has gone
   * @param input what begins the standard input of a program that can be sent more
   */
  constructor(tenant: string, caller: AbortSignal, input?: Uint8Array) {
    this.tenant = tenant;
    this.input = input && new InteractiveInput(input);
    const onGone = () => this.cancel();
    if (caller.aborted) onGone();
    caller.addEventListener('abort', onGone, { once: true });
    void this.done.then(() => caller.removeEventListener('abort', onGone));
  }

  /** Aborts when the execution is to end, whoever wants it. */
  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Resolves when nothing of it is left: its sandbox is removed. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Asks it to end. */
  cancel(): void {
    this.#cancel.abort(CANCELLED);
  }

  /** Adds an event; resolves when the reader has room for the next. */
  emit(body: ExecutionEventBody): Promise<void> {
    this.#sequence += 1;
    return this.#events.push({ ...body, sequence: this.#sequence, time: new Date() });
  }

  /**
   * Adds output, like `emit`. After `release` only so much of it waits for the reader.
   *
   * @returns whether it was taken; nothing is wrong with what is refused, there is just too much of it
   */
  async offer(body: ExecutionEventBody): Promise<boolean> {
    if (this.#events.weight >= ENDING_QUEUE_BYTES) return false;
    await this.emit(body);
    return true;
  }

  /** From now on `emit` does not wait for the reader. */
  release(): void {
    this.#events.release();
  }

  /** `emit` waits for the reader again. */
  restrain(): void {
    this.#events.restrain();
  }

  /** No more events; with a failure, the reader gets it thrown. */
  close(failure?: unknown): void {
    this.#events.close(failure);
  }

  /** Says that nothing of it is left. */
  finish(): void {
    this.#events.close();
    this.input?.close();
    this.#done.resolve();
  }

  async *events(): AsyncGenerator<ExecutionEvent> {
    try {
      yield* this.#events;
    } finally {
      // A reader that leaves early cancels; after the last event this does nothing.
      this.cancel();
    }
  }
}

/** A program that writes byte by byte makes many events, and each takes room of its own. */
function weight(event: ExecutionEvent): number {
  if (event.kind === 'text') return EVENT_BYTES + event.text.length;
  if (event.kind === 'data') return EVENT_BYTES + event.data.length;
  if (event.kind === 'file') return EVENT_BYTES + event.chunk.length;
  if (event.kind === 'display')
    return [...event.display.data.values()].reduce((sum, one) => sum + one.length, EVENT_BYTES);
  return EVENT_BYTES;
}
