import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

const PREFIX_BYTES = 5;

/** Puts gRPC's prefix before a message: a zero (not compressed) and the length. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/**
 * Takes gRPC's messages out of a stream of bytes. Reads no further than it is asked to.
 *
 * @throws ProtocolViolation for a message that is compressed, too large or cut short
 */
export async function* messages(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pending: Buffer[] = [];
  let have = 0;
  let need = PREFIX_BYTES;
  let inMessage = false;
  for await (const chunk of bytes) {
    pending.push(chunk);
    have += chunk.length;
    while (have >= need) {
      const all = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, have);
      const head = all.subarray(0, need);
      pending.length = 0;
      have -= need;
      if (have > 0) pending.push(all.subarray(need));
      if (inMessage) yield head;
      need = inMessage ? PREFIX_BYTES : lengthIn(head);
      inMessage = !inMessage;
    }
  }
  if (have > 0 || inMessage) throw new ProtocolViolation('a message that is cut short');
}

function lengthIn(prefix: Buffer): number {
  if (prefix[0] !== 0) throw new ProtocolViolation('a compressed message');
  const length = prefix.readUInt32BE(1);
  if (length > LINK_LIMITS.messageBytes) throw new ProtocolViolation(`a message of ${length} bytes`);
  return length;
}
