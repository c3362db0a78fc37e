import type { Duration } from '@bufbuild/protobuf/wkt';

/** The most that the well-known type takes: 10,000 years. */
const MAX_SECONDS = 315_576_000_000n;

/** Milliseconds as a Duration, to the nanosecond. */
export function toDuration(milliseconds: number) {
  const nanos = Math.round(milliseconds * 1e6);
  const seconds = Math.floor(nanos / 1e9);
  return { seconds: BigInt(seconds), nanos: nanos - seconds * 1e9 };
}

/** The same, for what may not have happened. */
export function toOptionalDuration(milliseconds: number | undefined) {
  return milliseconds === undefined ? undefined : toDuration(milliseconds);
}

/** A Duration in milliseconds; undefined when it is out of the range that the well-known type allows. */
export function fromDuration({ seconds, nanos }: Duration): number | undefined {
  const sameSign = seconds === 0n || nanos === 0 || seconds > 0n === nanos > 0;
  if (!sameSign || Math.abs(nanos) > 999_999_999 || seconds > MAX_SECONDS || seconds < -MAX_SECONDS) return undefined;
  return Number(seconds) * 1000 + nanos / 1e6;
}
