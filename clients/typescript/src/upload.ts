import { once } from 'node:events';
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Metadata, status as statusCodes } from '@grpc/grpc-js';
import { type Calls, type Ended, NOTHING } from './calls.ts';
import { deferred } from './deferred.ts';
import { type CallOptions, finiteDeadline } from './options.ts';

/** How long the server may take to refuse a call that is cancelled, in milliseconds; then it is cut. */
const SPOIL_MS = 1_000;

/** Messages for a call whose request is a stream. */
export interface Upload<I extends DescMessage> {
  readonly messages: AsyncIterable<MessageInitShape<I>>;
  /**
   * A message that the server refuses all of them for. Node.js ends a stream before it resets it, so that a server cannot
   * tell messages that were cut from all of them.
   */
  readonly spoil: MessageInitShape<I>;
}

/**
 * Streams messages to the server, as fast as that takes them.
 *
 * @throws what the source throws; nothing comes of the call then
 */
export async function upload<I extends DescMessage, O extends DescMessage>(
  calls: Calls,
  method: DescMethod & { input: I; output: O },
  { messages, spoil }: Upload<I>,
  options: CallOptions,
): Promise<MessageShape<O>> {
  const over = new AbortController();
  const ended = deferred<Ended<MessageShape<O>>>();
  // The deadline is kept here: that of gRPC would end the stream as if it were whole.
  const call = calls.beginUpload(method, { ...options, deadlineMs: Number.POSITIVE_INFINITY }, (error, answer) => {
    over.abort();
    ended.resolve({ error, answer });
  });
  let whole = false;
  let spoiled = false;
  const cancel = () => {
    if (over.signal.aborted) return;
    if (whole) {
      call.cancel();
      return;
    }
    whole = true;
    spoiled = true;
    call.write(spoil);
    call.end();
    setTimeout(() => call.cancel(), SPOIL_MS).unref();
  };
  const running = calls.track({ cancel, on: (event, listener) => call.on(event, listener) }, options);
  let late = false;
  const limit = finiteDeadline(options.deadlineMs ?? calls.deadlineMs);
  const expire = () => {
    late = true;
    cancel();
  };
  const timer = limit === undefined ? undefined : setTimeout(expire, limit);
  let broken: { readonly cause: unknown } | undefined;
  const send = async () => {
    for await (const message of messages) {
      if (over.signal.aborted || whole) return;
      if (!call.write(message)) await once(call, 'drain', { signal: over.signal });
    }
    if (whole) return;
    whole = true;
    call.end();
  };
  send().catch((cause: unknown) => {
    if (over.signal.aborted) return;
    broken = { cause };
    cancel();
  });
  const { error, answer } = await ended.promise;
  clearTimeout(timer);
  running.done();
  if (broken !== undefined) throw broken.cause;
  if (answer !== undefined) return answer;
  if (late) throw running.failure({ ...OURS, code: statusCodes.DEADLINE_EXCEEDED });
  throw running.failure(spoiled ? { ...OURS, code: statusCodes.CANCELLED } : (error ?? NOTHING));
}

/** A status that no server gave. */
const OURS = { details: '', metadata: new Metadata() };
