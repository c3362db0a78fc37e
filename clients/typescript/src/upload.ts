import { once } from 'node:events';
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { type Calls, type Ended, NOTHING, type Running } from './calls.ts';
import type { CallOptions } from './options.ts';

/**
 * Streams messages to the server, as fast as that takes them.
 *
 * @throws what the source throws; nothing is left of the call then
 */
export async function upload<I extends DescMessage, O extends DescMessage>(
  calls: Calls,
  method: DescMethod & { input: I; output: O },
  source: AsyncIterable<MessageInitShape<I>>,
  options: CallOptions,
): Promise<MessageShape<O>> {
  const ended = new AbortController();
  let running!: Running;
  const { error, answer } = await new Promise<Ended<MessageShape<O>>>((resolve, reject) => {
    const call = calls.beginUpload(method, options, (error, answer) => {
      running.done();
      ended.abort();
      resolve({ error, answer });
    });
    running = calls.track(call, options);
    const send = async () => {
      for await (const message of source) {
        if (ended.signal.aborted) return;
        if (!call.write(message)) await once(call, 'drain', { signal: ended.signal });
      }
      call.end();
    };
    send().catch((error) => {
      if (ended.signal.aborted) return;
      reject(error);
      running.cancel();
    });
  });
  if (answer === undefined) throw running.failure(error ?? NOTHING);
  return answer;
}
