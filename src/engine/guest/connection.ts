import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { PING_INTERVAL_MS, SILENCE_TIMEOUT_MS } from '../constants.ts';
import { framed, messages } from './frames.ts';
import { LINK_LIMITS } from './limits.ts';
import type { StdioDuplex } from './stdio.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

/** The guest answered with a gRPC status other than OK. */
export class GuestStatus extends Error {
  override readonly name = 'GuestStatus';
}

/** We have broken a call off. */
export class CallReset extends Error {
  override readonly name = 'CallReset';
}

/** One call on the link. */
export interface GuestCall<I extends DescMessage, O extends DescMessage> {
  /** Sends a message; resolves when there is room for the next, or at once when the call has ended. */
  send(message: MessageInitShape<I>): Promise<void>;
  /** Says that nothing more is sent. */
  end(): void;
  /** The answers, read one at a time; to be read once. Throws GuestStatus, CallReset, LinkLost or ProtocolViolation. */
  answers(): AsyncGenerator<MessageShape<O>>;
  /** Breaks the call off. */
  reset(): void;
}

/** gRPC over HTTP/2 over a guest's standard input and output. */
export class GuestConnection implements Disposable {
  readonly #stdio: StdioDuplex;
  readonly #session: ClientHttp2Session;
  readonly #since = performance.now();
  readonly #pings: NodeJS.Timeout;
  #messages = 0;
  #messageBytes = 0;
  #failure: Error | undefined;
  readonly #lost = Promise.withResolvers<Error>();

  constructor(stdio: StdioDuplex) {
    this.#stdio = stdio;
    this.#session = connect('http://guest', {
      createConnection: () => stdio,
      settings: {
        enablePush: false,
        initialWindowSize: LINK_LIMITS.callWindowBytes,
        maxHeaderListSize: LINK_LIMITS.headerBytes,
        // One frame for each message: a frame costs a write of the guest and a read of ours.
        maxFrameSize: LINK_LIMITS.messageBytes,
      },
      maxHeaderListPairs: LINK_LIMITS.headerFields,
      peerMaxConcurrentStreams: LINK_LIMITS.openCalls,
      maxSettings: 16,
      // Megabytes; what stalled readers leave unread counts.
      maxSessionMemory: 64,
    });
    this.#session.once('connect', () => {
      // It also comes when the link was closed before: an execution that is cancelled while its sandbox is made.
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(LINK_LIMITS.linkWindowBytes);
    });
    this.#session.on('error', (error) => this.fail(asFailure(error)));
    this.#session.on('goaway', () => this.fail(new ProtocolViolation('it said goodbye')));
    this.#session.on('altsvc', () => this.fail(new ProtocolViolation('it named another service')));
    this.#session.on('close', () => this.fail(new LinkLost('the link is closed')));
    stdio.on('error', (error) => this.fail(asFailure(error)));
    stdio.on('received', () => this.#checkOverhead());
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS).unref();
  }

  /** Why the link cannot be used any more; undefined while it can. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when the link has ended, to the reason; never rejects. */
  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  /** Ends the link for a reason; the first one counts. */
  fail(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    clearInterval(this.#pings);
    this.#session.destroy();
    this.#stdio.destroy();
    this.#lost.resolve(reason);
  }

  [Symbol.dispose](): void {
    this.fail(new LinkLost('the link was closed'));
  }

  /** Opens a call. */
  call<I extends DescMessage, O extends DescMessage>(method: DescMethod & { input: I; output: O }): GuestCall<I, O> {
    if (this.#failure !== undefined) throw this.#failure;
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': `/${method.parent.typeName}/${method.name}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let wasReset = false;
    // Errors come out of answers(); without a listener they would end the process.
    stream.on('error', () => {});
    // 1xx: each costs far more than its bytes.
    stream.on('headers', () => this.fail(new ProtocolViolation('an answer before the answer')));
    return {
      send: (message) => send(stream, framed(method.input, message)),
      end: () => stream.end(),
      answers: () => this.#answers(stream, method.output, () => wasReset),
      reset: () => {
        wasReset = true;
        stream.close(constants.NGHTTP2_CANCEL);
      },
    };
  }

  async *#answers<O extends DescMessage>(
    stream: ClientHttp2Stream,
    output: O,
    wasReset: () => boolean,
  ): AsyncGenerator<MessageShape<O>> {
    const trailers: Record<string, unknown> = {};
    stream.on('response', (headers) => Object.assign(trailers, headers));
    stream.on('trailers', (headers) => Object.assign(trailers, headers));
    try {
      for await (const message of messages(stream as AsyncIterable<Buffer>)) {
        this.#messages += 1;
        this.#messageBytes += message.length;
        yield decode(output, message);
      }
    } catch (error) {
      if (wasReset() && this.#failure === undefined) throw new CallReset();
      // A guest that answers before it has read everything closes the stream at once: with a status it is an end.
      if (!(isPrematureClose(error) && trailers['grpc-status'] !== undefined)) throw this.#explain(error);
    } finally {
      stream.close(constants.NGHTTP2_CANCEL);
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (wasReset()) throw new CallReset();
    const status = trailers['grpc-status'];
    if (status === undefined) throw this.#explain(new ProtocolViolation('an answer without a status'));
    if (status !== '0')
      throw new GuestStatus(`${status}: ${String(trailers['grpc-message'] ?? '')}`.slice(0, LINK_LIMITS.textLength));
  }

  #explain(error: unknown): Error {
    if (this.#failure !== undefined) return this.#failure;
    const failure = asFailure(error);
    if (failure instanceof ProtocolViolation) this.fail(failure);
    return failure;
  }

  /** Whether the guest answers a ping in time. */
  answersWithin(milliseconds: number): Promise<boolean> {
    if (this.#failure !== undefined || this.#session.destroyed) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => resolve(false), milliseconds);
    if (!this.#session.ping((error) => resolve(error === null))) resolve(false);
    return promise.finally(() => clearTimeout(late));
  }

  #ping(): void {
    // A container that has not started yet cannot answer; whoever waits for its greeting has a limit of his own.
    if (this.#stdio.received === 0 || this.#session.destroyed) return;
    const sent = this.#session.ping((error) => {
      clearTimeout(overdue);
      if (error !== null) this.fail(new LinkLost('a ping was not answered'));
    });
    const overdue = setTimeout(() => this.fail(new LinkLost('a ping was not answered in time')), SILENCE_TIMEOUT_MS);
    if (!sent) clearTimeout(overdue);
  }

  #checkOverhead(): void {
    const seconds = (performance.now() - this.#since) / 1000;
    const allowed =
      LINK_LIMITS.overheadBytes +
      LINK_LIMITS.overheadBytesPerMessage * this.#messages +
      LINK_LIMITS.overheadBytesPerSecond * seconds +
      // HTTP/2 and gRPC around large messages, and what has come and was not read yet.
      this.#messageBytes / 8;
    if (this.#stdio.received - this.#messageBytes > allowed) {
      this.fail(new ProtocolViolation(`${this.#stdio.received} bytes for ${this.#messageBytes} bytes of messages`));
    }
  }
}

function send(stream: ClientHttp2Stream, pieces: readonly Uint8Array[]): Promise<void> {
  if (stream.destroyed || stream.closed || stream.writableEnded) return Promise.resolve();
  stream.cork();
  let room = true;
  for (const piece of pieces) room = stream.write(piece);
  stream.uncork();
  if (room) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    stream.off('drain', done);
    stream.off('close', done);
    resolve();
  };
  stream.on('drain', done);
  stream.on('close', done);
  return promise;
}

function decode<O extends DescMessage>(output: O, bytes: Buffer): MessageShape<O> {
  try {
    return fromBinary(output, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new ProtocolViolation('a message that cannot be decoded', { cause: error });
  }
}

function isPrematureClose(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function asFailure(error: unknown): Error {
  if (error instanceof ProtocolViolation || error instanceof LinkLost || error instanceof GuestStatus) return error;
  const code = (error as { code?: string }).code ?? '';
  // What node says when the other side breaks HTTP/2 itself, or a limit given to connect().
  if (code.startsWith('ERR_HTTP2') && code !== 'ERR_HTTP2_STREAM_CANCEL') {
    return new ProtocolViolation(`HTTP/2: ${code}`, { cause: error });
  }
  return new LinkLost('the link broke', { cause: error });
}
