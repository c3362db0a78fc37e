import type { Duration } from '@bufbuild/protobuf/wkt';

/** A duration in milliseconds, fractions kept. */
export function millisecondsOf(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
