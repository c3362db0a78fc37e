import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Client, Metadata, type StatusObject, status as statusCodes } from '@grpc/grpc-js';
import { refuse } from './convert/value.ts';
import { CancelledError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { finiteDeadline } from './options.ts';
import { errorOf } from './status.ts';

/** A call as grpc-js has it, whatever its kind. */
interface Call {
  cancel(): void;
  on(event: 'metadata', listener: (metadata: Metadata) => void): unknown;
}

/** A call that runs: what is known of it, and its way to an error. */
export interface Running {
  /** Of the initial metadata, once it is there. */
  readonly executionId: string | undefined;
  cancel(cause?: unknown): void;
  /** What a status that is not OK means for it. */
  failure(status: Pick<StatusObject, 'code' | 'details' | 'metadata'>): Error;
  /** The call is over. */
  done(): void;
}

/** How a call ended. */
export interface Ended<T> {
  readonly error: Parameters<Running['failure']>[0] | null;
  readonly answer: T | undefined;
}

/** What makes calls: one connection, one key, one default deadline. */
export class Calls {
  readonly address: string;
  readonly #client: Client;
  readonly #apiKey: string | undefined;
  /** Of calls that have none of their own. */
  readonly deadlineMs: number | undefined;
  readonly #running = new Set<Running>();
  #closed = false;

  constructor(client: Client, address: string, apiKey: string | undefined, deadlineMs: number | undefined) {
    finiteDeadline(deadlineMs);
    // gRPC would say that metadata has illegal characters.
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
      refuse('apiKey', 'must be printable ASCII without blanks');
    this.#client = client;
    this.address = address;
    this.#apiKey = apiKey;
    this.deadlineMs = deadlineMs;
  }

  /** Cancels what runs, and ends the connection. */
  close(): void {
    this.#closed = true;
    for (const running of this.#running) running.cancel(new Error('the client was closed'));
    this.#client.close();
  }

  /** One message for one. */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const { path, serialize, deserialize } = wireOf(method);
    const { metadata, deadline } = this.#prepare(options);
    let running!: Running;
    const { error, answer } = await new Promise<Ended<MessageShape<O>>>((resolve) => {
      const call = this.#client.makeUnaryRequest(
        path,
        serialize,
        deserialize,
        request,
        metadata,
        deadline,
        (error, answer) => resolve({ error, answer }),
      );
      running = this.track(call, options);
    });
    running.done();
    // Made here, its stack has the caller in it.
    if (answer === undefined) throw running.failure(error ?? NOTHING);
    return answer;
  }

  /** Begins a call whose answer is a stream; `call.track` must be told of it. */
  begin<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
    request: MessageInitShape<I>,
    options: CallOptions,
  ) {
    const { path, serialize, deserialize } = wireOf(method);
    const { metadata, deadline } = this.#prepare(options);
    return this.#client.makeServerStreamRequest(path, serialize, deserialize, request, metadata, deadline);
  }

  /** Begins a call whose request is a stream. */
  beginUpload<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
    options: CallOptions,
    callback: (error: Ended<never>['error'], answer: MessageShape<O> | undefined) => void,
  ) {
    const { path, serialize, deserialize } = wireOf(method);
    const { metadata, deadline } = this.#prepare(options);
    return this.#client.makeClientStreamRequest(path, serialize, deserialize, metadata, deadline, callback);
  }

  /** Ties a call to its AbortSignal and to this client. */
  track(call: Call, options: CallOptions): Running {
    const { signal, deadlineMs = this.deadlineMs } = options;
    let executionId: string | undefined;
    let cancelled: { cause: unknown } | undefined;
    call.on('metadata', (metadata) => {
      executionId = metadata.get('isol8-execution-id')[0]?.toString();
    });
    const abort = () => running.cancel(signal?.reason);
    const running: Running = {
      get executionId() {
        return executionId;
      },
      cancel(cause) {
        cancelled ??= { cause };
        call.cancel();
      },
      failure: (status) => errorOf(status, { address: this.address, executionId, deadlineMs, cancelled }),
      done: () => {
        signal?.removeEventListener('abort', abort);
        this.#running.delete(running);
      },
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#running.add(running);
    return running;
  }

  #prepare({ signal, deadlineMs = this.deadlineMs }: CallOptions) {
    const limit = finiteDeadline(deadlineMs);
    if (this.#closed) throw new CancelledError('the client was closed: make another one', { code: 'CANCELLED' });
    if (signal?.aborted) {
      throw new CancelledError('the call was cancelled by its caller', { code: 'CANCELLED', cause: signal.reason });
    }
    const metadata = new Metadata();
    if (this.#apiKey !== undefined) metadata.set('authorization', `Bearer ${this.#apiKey}`);
    const deadline = limit === undefined ? {} : { deadline: Date.now() + limit };
    return { metadata, deadline };
  }
}

/** A call that ends without an answer and without an error. */
export const NOTHING = { code: statusCodes.INTERNAL, details: 'the server sent no answer', metadata: new Metadata() };

function wireOf<I extends DescMessage, O extends DescMessage>(method: DescMethod & { input: I; output: O }) {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    serialize: (message: MessageInitShape<I>) => Buffer.from(toBinary(method.input, create(method.input, message))),
    // Not a Buffer, whose `slice` would not copy: callers get views of it.
    deserialize: ({ buffer, byteOffset, length }: Buffer) =>
      fromBinary(method.output, new Uint8Array(buffer, byteOffset, length)),
  };
}
