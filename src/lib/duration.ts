const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as people write it (`30s`, `1.5 m`, `250ms`), in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)\s*$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (MILLISECONDS[unit] ?? Number.NaN);
}
