import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { InvalidRequestError } from '../errors.ts';

/** The most that a Duration takes: 10,000 years. */
const MAX_DURATION_MS = 315_576_000_000_000;

const NANOS = 1_000_000_000n;

const INTEGERS: Partial<Record<ScalarType, readonly [least: number, most: number]>> = {
  [ScalarType.INT32]: [-(2 ** 31), 2 ** 31 - 1],
  [ScalarType.UINT32]: [0, 2 ** 32 - 1],
};

/** @throws InvalidRequestError, always, that names a field and what to do. */
export function refuse(field: string, description: string): never {
  const violations = [{ field, description, reason: 'INVALID_FIELD' }];
  throw new InvalidRequestError(`${field}: ${description}`, {
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_FIELD',
    violations,
  });
}

/** Whether a value has fields by name. What a Map or another collection holds would be lost without a word. */
export function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}

/** A string, a number or a boolean for the wire. */
export function toScalar(type: ScalarType, value: unknown, path: string): unknown {
  if (type === ScalarType.STRING) {
    if (typeof value !== 'string') refuse(path, 'must be a string');
    // It would be sent as U+FFFD.
    if (!value.isWellFormed()) refuse(path, 'has half of a surrogate pair in it, which is no character');
    return value;
  }
  if (type === ScalarType.BOOL) {
    if (typeof value !== 'boolean') refuse(path, 'must be true or false');
    return value;
  }
  if (type === ScalarType.INT64) {
    if (!Number.isSafeInteger(value)) refuse(path, 'must be a whole number, and a safe one');
    return BigInt(value as number);
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(path, 'must be a number');
  const range = INTEGERS[type];
  if (range !== undefined && (!Number.isInteger(value) || value < range[0] || value > range[1])) {
    refuse(path, `must be a whole number from ${range[0]} to ${range[1]}`);
  }
  return value;
}

/** Bytes for the wire; a string is sent as UTF-8. */
export function toBytes(value: unknown, path: string): Uint8Array {
  if (typeof value === 'string') return Buffer.from(toScalar(ScalarType.STRING, value, path) as string);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!(value instanceof Uint8Array)) refuse(path, 'must be a string or a Uint8Array');
  return value;
}

/** A value of an enum by its name without prefix. */
export function toEnum(schema: DescEnum, value: unknown, path: string): number {
  // Number 0 stands for "not set" and is said by leaving the field out.
  const names = schema.values.filter(({ number }) => number !== 0);
  const found = names.find(({ localName }) => localName === value);
  if (found === undefined) refuse(path, `must be ${names.map(({ localName }) => localName).join(', ')}`);
  return found.number;
}

/** A Duration, to the nanosecond. */
export function toDuration(value: unknown, path: string): { seconds: bigint; nanos: number } {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_DURATION_MS)) {
    refuse(path, 'must be a number of milliseconds');
  }
  const nanos = BigInt(Math.round(value * 1e6));
  return { seconds: nanos / NANOS, nanos: Number(nanos % NANOS) };
}

/** A Timestamp, to the millisecond. */
export function toTimestamp(value: unknown, path: string) {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) refuse(path, 'must be a Date');
  return timestampFromDate(value);
}
