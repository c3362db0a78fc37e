import type { Calls } from './calls.ts';
import { toEvent } from './convert/event.ts';
import { toExecuteRequest } from './convert/request.ts';
import { deferred } from './deferred.ts';
import { CancelledError, ConnectionLostError } from './errors.ts';
import type { ExecuteStreamResponse } from './gen/isol8/v1/execution_pb.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import { Incoming } from './incoming.ts';
import { sendInput } from './input.ts';
import type { CallOptions } from './options.ts';
import type { Result } from './result.ts';
import { signalNumber } from './signals.ts';
import type { ExecutionEvent } from './types/event.ts';
import type { Content, ExecuteRequest } from './types/request.ts';

/**
 * An execution while it runs: its events, once, and what can be done to it. A reader that is slow holds the program back;
 * one that leaves the loop cancels the execution, as does disposing of it.
 */
export class ExecutionStream implements AsyncIterable<ExecutionEvent>, AsyncDisposable {
  /** The server's id of it, as soon as that has taken the call. Rejects with what the call failed with before. */
  readonly executionId: Promise<string>;
  readonly #calls: Calls;
  readonly #incoming: Incoming<ExecuteStreamResponse>;
  readonly #events: AsyncGenerator<ExecutionEvent, void, undefined>;
  readonly #ended = deferred<Result>();
  #reading = false;
  #input: Promise<number>;

  constructor(calls: Calls, request: ExecuteRequest, options: CallOptions) {
    const execute = toExecuteRequest(request);
    this.#calls = calls;
    this.#incoming = Incoming.open(calls, Isol8Service.method.executeStream, { execute }, options);
    this.#events = this.#read();
    this.#input = Promise.resolve(execute.stdin.length);
    this.executionId = this.#incoming.executionId;
    // Whoever reads the events hears of it there.
    this.#ended.promise.catch(() => {});
  }

  /**
   * How it went. What was not read of the events is dropped when nobody reads them; otherwise this waits for the reader,
   * so that it must not be awaited in the loop.
   */
  get result(): Promise<Result> {
    if (!this.#reading) {
      this.#reading = true;
      this.#drain().catch(() => {});
    }
    return this.#ended.promise;
  }

  /** Cancels the execution; resolves when nothing of it runs any more. Its events go on to the end: outcome CANCELLED. */
  async cancel(options: CallOptions = {}): Promise<void> {
    const executionId = await this.executionId.catch(() => undefined);
    // It was never taken: nothing runs.
    if (executionId === undefined) return;
    const execution = { case: 'executionId', value: executionId } as const;
    await this.#calls.unary(Isol8Service.method.cancelExecution, { execution }, options);
  }

  /**
   * Sends standard input, with `stdinMode: 'INTERACTIVE'`; one piece after the other, in the order of the calls. Resolves
   * when it was taken: a program that does not read holds the caller back.
   */
  async sendInput(
    data: Content,
    { end = false, ...options }: CallOptions & { readonly end?: boolean } = {},
  ): Promise<void> {
    const before = this.#input;
    const sent = before.then(async (offset) => {
      return await sendInput(this.#calls, await this.executionId, data, { offset, end }, options);
    });
    // What was not taken is not counted.
    this.#input = sent.catch(() => before);
    await sent;
  }

  /** Ends standard input. */
  async closeInput(options: CallOptions = {}): Promise<void> {
    await this.sendInput('', { ...options, end: true });
  }

  /** Sends a signal to the program: `SIGINT`, or a number. In a context SIGINT interrupts what runs; variables stay. */
  async sendSignal(signal: number | string, options: CallOptions = {}): Promise<void> {
    const request = { executionId: await this.executionId, signal: signalNumber(signal) };
    await this.#calls.unary(Isol8Service.method.sendSignal, request, options);
  }

  /** The events. There is one reader: a second one goes on where the first is. */
  [Symbol.asyncIterator](): AsyncIterator<ExecutionEvent, void, undefined> {
    this.#reading = true;
    return {
      next: () => this.#events.next(),
      return: async () => {
        this.#leave();
        return await this.#events.return();
      },
    };
  }

  /** Cancels the call, and so the execution, where it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }

  async #drain(): Promise<void> {
    while ((await this.#events.next()).done !== true);
  }

  /** Ends the call. Who waits for the result is told, also where no event was read yet. */
  #leave(): void {
    this.#incoming.cancel();
    this.#ended.reject(new CancelledError('the stream was left before its end', { code: 'CANCELLED' }));
  }

  async *#read(): AsyncGenerator<ExecutionEvent, void, undefined> {
    let finished = false;
    try {
      for await (const { event } of this.#incoming) {
        if (event === undefined) continue;
        const plain = toEvent(event);
        if (plain.type === 'exit') {
          finished = true;
          this.#ended.resolve(plain.result);
        }
        yield plain;
      }
      if (!finished) throw new ConnectionLostError(NO_RESULT, { code: 'UNAVAILABLE' });
    } catch (error) {
      this.#ended.reject(error);
      // Nothing that comes after the result takes it back.
      if (!finished) throw error;
    }
  }
}

const NO_RESULT = 'the stream ended without a result: it is not known how the execution went';
