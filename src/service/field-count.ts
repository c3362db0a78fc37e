import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * How many fields a request may have, those of its parts counted: 10,000 files have 40,000. Two bytes make a part that
 * takes hundreds once it is unpacked, so bytes alone would be no bound for what a request takes.
 */
export const MAX_FIELDS = 100_000;

/** Counts the fields of a message and of its parts, without unpacking it; stops above the limit. */
export function countFields(schema: DescMessage, bytes: Uint8Array, limit: number = MAX_FIELDS): number {
  let count = 0;
  const reader = new BinaryReader(bytes);
  const parts = new Map<DescMessage, Map<number, DescMessage>>();
  const partsOf = (message: DescMessage) => {
    const known =
      parts.get(message) ?? new Map(message.fields.flatMap((f) => (f.message ? [[f.number, f.message]] : [])));
    parts.set(message, known);
    return known;
  };
  const walk = (message: DescMessage, end: number) => {
    const inner = partsOf(message);
    while (reader.pos < end && count <= limit) {
      const [number, wireType] = reader.tag();
      count += 1;
      const part = inner.get(number);
      if (part === undefined || wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
      else walk(part, reader.uint32() + reader.pos);
    }
  };
  walk(schema, bytes.length);
  return count;
}
