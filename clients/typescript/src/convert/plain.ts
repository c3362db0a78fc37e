import type { DescField, DescMessage, Message, MessageShape } from '@bufbuild/protobuf';
import { type Duration, type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { enumName, isDuration, isTimestamp, nameOf } from './names.ts';

type Values = Record<string, unknown>;

/**
 * A message as callers see it: durations as numbers of milliseconds (`…Ms`), times as Dates, int64 as numbers, enums as
 * strings without prefix, members of a oneof as fields. What is not set is not there.
 *
 * @typeParam T the interface of `types/` that describes it
 */
export function toPlain<T, D extends DescMessage = DescMessage>(schema: D, message: MessageShape<D>): T {
  const values = message as Message & Values;
  const plain: Values = {};
  for (const member of schema.members) {
    if (member.kind === 'oneof') {
      const { case: chosen, value } = values[member.localName] as { case?: string; value?: unknown };
      const field = member.fields.find(({ localName }) => localName === chosen);
      if (field !== undefined) plain[nameOf(field)] = fieldToPlain(field, value);
    } else if (values[member.localName] !== undefined) {
      plain[nameOf(member)] = fieldToPlain(member, values[member.localName]);
    }
  }
  return plain as T;
}

function fieldToPlain(field: DescField, value: unknown): unknown {
  if (field.fieldKind === 'list') return (value as unknown[]).map((item) => valueToPlain(field, item));
  if (field.fieldKind === 'map') {
    const entries = Object.entries(value as Values);
    return Object.fromEntries(entries.map(([key, item]) => [key, valueToPlain(field, item)]));
  }
  return valueToPlain(field, value);
}

function valueToPlain({ message, enum: names }: DescField, value: unknown): unknown {
  if (names !== undefined) return enumName(names, value as number);
  if (isDuration(message)) return milliseconds(value as Duration);
  if (isTimestamp(message)) return timestampDate(value as Timestamp);
  if (message !== undefined) return toPlain(message, value as Message);
  return typeof value === 'bigint' ? Number(value) : value;
}

function milliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}
