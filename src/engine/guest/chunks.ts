import { LINK_LIMITS } from './limits.ts';

/** Cuts bytes into pieces that a message takes. */
export function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += LINK_LIMITS.chunkBytes) {
    yield bytes.subarray(at, at + LINK_LIMITS.chunkBytes);
  }
}
