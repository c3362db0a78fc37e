import type { DescEnum, DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';

/**
 * Proto JSON as the clients' users write and read it: durations in milliseconds, times as Dates, int64 as numbers, enums
 * without prefix, bytes as bytes. Made from the descriptors, and not with what the client has for it.
 */
export type Idiom = Record<string, unknown>;

/** What a caller would write. */
export function fromJsonIdiom(schema: DescMessage, json: JsonObject): Idiom {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = schema.fields.find((one) => one.jsonName === name);
      if (field === undefined) throw new Error(`${schema.typeName} has no field ${name}`);
      return [idiomName(field), each(field, value, (item) => fromJsonValue(field, item as JsonValue))];
    }),
  );
}

/** What a caller got, as proto JSON has it: defaults left out. */
export function toJsonIdiom(schema: DescMessage, idiom: object): JsonObject {
  const known = new Map(schema.fields.map((field) => [idiomName(field), field]));
  const json: JsonObject = {};
  for (const [name, value] of Object.entries(idiom)) {
    const field = known.get(name);
    if (field === undefined) throw new Error(`the client gave ${name}, which ${schema.typeName} does not have`);
    if (value === undefined) throw new Error(`the client gave ${name} without a value`);
    const converted = each(field, value, (item) => toJsonValue(field, item)) as JsonValue;
    if (!isDefault(field, converted)) json[field.jsonName] = converted;
  }
  return json;
}

function idiomName(field: DescField): string {
  return field.message?.typeName === 'google.protobuf.Duration' ? `${field.jsonName}Ms` : field.jsonName;
}

/** Converts each item of a list or a map, or the one value. */
function each(field: DescField, value: unknown, convert: (item: unknown) => unknown): unknown {
  if (field.fieldKind === 'list') return (value as unknown[]).map(convert);
  if (field.fieldKind !== 'map') return convert(value);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]));
}

function fromJsonValue({ message, enum: names, scalar }: DescField, value: JsonValue): unknown {
  if (names !== undefined) return String(value).slice(prefixOf(names).length);
  if (message?.typeName === 'google.protobuf.Duration') return Number.parseFloat(String(value)) * 1000;
  if (message?.typeName === 'google.protobuf.Timestamp') return new Date(String(value));
  if (message !== undefined) return fromJsonIdiom(message, value as JsonObject);
  if (scalar === ScalarType.BYTES) return new Uint8Array(Buffer.from(String(value), 'base64'));
  return scalar === ScalarType.INT64 ? Number(value) : value;
}

function toJsonValue({ message, enum: names, scalar }: DescField, value: unknown): JsonValue {
  if (names !== undefined) return `${prefixOf(names)}${value}`;
  if (message?.typeName === 'google.protobuf.Duration') return secondsOf(value as number);
  if (message?.typeName === 'google.protobuf.Timestamp') return (value as Date).toISOString();
  if (message !== undefined) return toJsonIdiom(message, value as object);
  if (scalar === ScalarType.BYTES) return Buffer.from(value as Uint8Array).toString('base64');
  return scalar === ScalarType.INT64 ? String(value) : (value as JsonValue);
}

/** `2.500s`: as many digits as it takes, in threes. */
function secondsOf(milliseconds: number): string {
  const nanos = Math.round(milliseconds * 1e6);
  const fraction = String(Math.abs(nanos % 1e9))
    .padStart(9, '0')
    .replace(/(000){1,3}$/, '');
  return `${Math.trunc(nanos / 1e9)}${fraction === '' ? '' : `.${fraction}`}s`;
}

function prefixOf({ sharedPrefix = '' }: DescEnum): string {
  return sharedPrefix.toUpperCase();
}

/** Whether proto JSON leaves it out. */
function isDefault(field: DescField, value: JsonValue): boolean {
  if (field.fieldKind === 'list') return (value as JsonValue[]).length === 0;
  if (field.fieldKind === 'map') return Object.keys(value as JsonObject).length === 0;
  // Explicit presence: what was not set is not there at all.
  if (field.fieldKind === 'message' || field.proto.proto3Optional || field.oneof !== undefined) return false;
  return [0, '', '0', false].includes(value as never) || String(value).endsWith('_UNSPECIFIED');
}
