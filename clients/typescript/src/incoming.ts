import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { type StatusObject, status as statusCodes } from '@grpc/grpc-js';
import type { Calls } from './calls.ts';
import type { CallOptions } from './options.ts';

/** Messages that a server streams, as they come: a reader that is slow holds the server back. */
export class Incoming<T> implements AsyncIterable<T> {
  /** Of the initial metadata, when the server has taken the call; rejects with what it ended with before. */
  readonly executionId: Promise<string>;
  /** Cancels the call; reading then ends with CancelledError. */
  readonly cancel: (cause?: unknown) => void;
  readonly #messages: AsyncGenerator<T, void, undefined>;

  /** Makes the call. */
  static open<I extends DescMessage, O extends DescMessage>(
    calls: Calls,
    method: DescMethod & { input: I; output: O },
    request: MessageInitShape<I>,
    options: CallOptions,
  ): Incoming<MessageShape<O>> {
    return new Incoming(calls, calls.begin(method, request, options), options);
  }

  private constructor(calls: Calls, call: ReturnType<Calls['begin']>, options: CallOptions) {
    let status: StatusObject | undefined;
    let wake = () => {};
    const running = calls.track(call, options);
    this.cancel = running.cancel;
    this.executionId = new Promise((resolve, reject) => {
      call.on('metadata', () => running.executionId !== undefined && resolve(running.executionId));
      call.on('status', (received: StatusObject) => reject(running.failure(received)));
    });
    // Nobody need ask for it.
    this.executionId.catch(() => {});
    call.on('readable', () => wake());
    // The status says the same, after it.
    call.on('error', () => {});
    call.on('status', (received) => {
      status = received;
      running.done();
      wake();
    });
    this.#messages = (async function* () {
      try {
        for (;;) {
          const message = call.read() as T | null;
          if (message !== null) yield message;
          else if (status !== undefined) break;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
        if (status.code !== statusCodes.OK) throw running.failure(status);
      } finally {
        running.cancel();
      }
    })();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return {
      next: () => this.#messages.next(),
      // Also where nothing was read yet, and no `finally` of the generator would come.
      return: () => {
        this.cancel();
        return this.#messages.return();
      },
    };
  }
}
