import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

const PREFIX_BYTES = 5;

/** Content that is not worth a second look is copied with what surrounds it. */
const LARGE_BYTES = 4 * 1024;

/**
 * A message with gRPC's prefix, in pieces. One that is nothing but content goes as it lies, without a copy: every byte of a
 * file passes here.
 */
export function framed<I extends DescMessage>(schema: I, message: MessageInitShape<I>): readonly Uint8Array[] {
  const { part } = message as { readonly part?: { readonly case?: string; readonly value?: unknown } };
  if (part?.value instanceof Uint8Array && part.value.length >= LARGE_BYTES) {
    const number = schema.fields.find(({ localName }) => localName === part.case)?.number ?? 0;
    const head = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(part.value.length).finish();
    return [prefixed(head, part.value.length), part.value];
  }
  return [frame(toBinary(schema, create(schema, message)))];
}

/** Puts gRPC's prefix before a message: a zero (not compressed) and the length. */
export function frame(message: Uint8Array): Buffer {
  return prefixed(message, 0);
}

/** The same, where more bytes of the message come after it. */
function prefixed(message: Uint8Array, moreBytes: number): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length + moreBytes, 1);
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
