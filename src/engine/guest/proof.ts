import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { StdioDuplex } from './stdio.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

/** Bytes of a nonce, of a key and of an answer. */
const SIZE = 32;

/** What each end signs, so that no answer can be given back as one's own. */
const HOST = 'isol8 link host';
const GUEST = 'isol8 link guest';

/** A key for the links of one kept sandbox. */
export function makeLinkKey(): Uint8Array {
  return randomBytes(SIZE);
}

/**
 * Proves to a guest that this is its host, and lets it prove that it is the guest: whoever else is in the sandbox can
 * open a connection, but does not know the key. Nothing has gone over the link before.
 *
 * @throws LinkLost when no answer comes in time, ProtocolViolation when it is wrong
 */
export async function proveLink(stdio: StdioDuplex, key: Uint8Array, timeoutMs: number): Promise<void> {
  const timer = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new LinkLost(`no proof of the guest in ${timeoutMs} ms`);
  });
  try {
    await Promise.race([prove(stdio, key), late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

async function prove(stdio: StdioDuplex, key: Uint8Array): Promise<void> {
  const theirs = await take(stdio, SIZE);
  const ours = randomBytes(SIZE);
  const sign = (who: string) => createHmac('sha256', key).update(who).update(theirs).update(ours).digest();
  stdio.write(Buffer.concat([ours, sign(HOST)]));
  if (!timingSafeEqual(await take(stdio, SIZE), sign(GUEST))) {
    throw new ProtocolViolation('whoever answers does not know the key of the link');
  }
}

/** Exactly so many bytes; what comes after them stays. */
function take(stdio: StdioDuplex, size: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let taken = Buffer.alloc(0);
  // Not `readable`, which is told again and again of bytes that are too few.
  const onData = (bytes: Buffer) => {
    taken = Buffer.concat([taken, bytes]);
    if (taken.length < size) return;
    stdio.off('data', onData).pause();
    if (taken.length > size) stdio.unshift(taken.subarray(size));
    resolve(taken.subarray(0, size));
  };
  const onEnd = () => reject(new LinkLost('the link ended before its proof'));
  if (stdio.destroyed || stdio.readableEnded) onEnd();
  for (const event of ENDS) stdio.once(event, onEnd);
  stdio.on('data', onData).resume();
  return promise.finally(() => {
    stdio.off('data', onData);
    for (const event of ENDS) stdio.off(event, onEnd);
  });
}

const ENDS = ['end', 'close', 'error'] as const;
