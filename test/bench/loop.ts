import { setTimeout as delay } from 'node:timers/promises';

/** Resolves at a moment of performance.now(), at once when it is past. */
export async function until(moment: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const rest = moment - performance.now();
  if (rest > 0) await delay(rest, undefined, { signal });
}

/**
 * Does something over and over in so many lanes, each beginning anew when it is done.
 *
 * @param forMs begins nothing any more after this; what runs then is waited for
 * @param goesOn begins nothing any more when it says no
 */
export async function closedLoop(
  lanes: number,
  forMs: number,
  signal: AbortSignal,
  once: () => Promise<void>,
  goesOn: () => boolean = () => true,
): Promise<void> {
  const end = performance.now() + forMs;
  const lane = async () => {
    while (performance.now() < end && goesOn()) {
      signal.throwIfAborted();
      await once();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Does one round after the other, so many at most, until the time is up; and at least one. */
export async function rounds(
  most: number,
  forMs: number,
  signal: AbortSignal,
  round: (number: number) => Promise<void>,
): Promise<void> {
  const end = performance.now() + forMs;
  for (let number = 0; number === 0 || (number < most && performance.now() < end); number++) {
    signal.throwIfAborted();
    await round(number);
  }
}

/** Events in a span of a steady state. */
export interface Rate {
  readonly perSecond: number;
  readonly count: number;
}

/**
 * How often something is done in a closed loop that is steady: what ends in the first `rampMs`, which what waited
 * already makes easy, is not counted, nor is what ends after the span.
 */
export async function steadyRate(
  lanes: number,
  rampMs: number,
  spanMs: number,
  signal: AbortSignal,
  once: () => Promise<void>,
): Promise<Rate> {
  const from = performance.now() + rampMs;
  let count = 0;
  await closedLoop(lanes, rampMs + spanMs, signal, async () => {
    await once();
    const now = performance.now();
    if (now >= from && now < from + spanMs) count += 1;
  });
  return { perSecond: (count / spanMs) * 1000, count };
}
