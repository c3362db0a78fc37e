/** What a list of samples adds up to. Nothing is left out of it. */
export interface Figures {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Statistics of which two lists can be compared. */
export type Statistic = 'p50' | 'p95' | 'p99';

/** How a list stands to its yardstick: each statistic divided by the same statistic of the other. */
export type Ratio = { readonly [S in Statistic]: number };

/**
 * The nearest-rank percentile: the smallest sample that at least `percent` of all samples do not exceed. Always a
 * sample that was measured; p99 of fewer than a hundred is the largest.
 *
 * @throws RangeError without samples
 */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1];
  if (found === undefined) throw new RangeError('a percentile of nothing');
  return found;
}

/** The figures of samples; undefined without any. */
export function figuresOf(samples: readonly number[]): Figures | undefined {
  if (samples.length === 0) return undefined;
  return {
    count: samples.length,
    p50: percentile(samples, 50),
    p95: percentile(samples, 95),
    p99: percentile(samples, 99),
    max: Math.max(...samples),
  };
}

/** What is measured over its yardstick, statistic by statistic; undefined when either has no samples. */
export function ratioOf(figures: Figures | undefined, yardstick: Figures | undefined): Ratio | undefined {
  if (figures === undefined || yardstick === undefined) return undefined;
  return {
    p50: figures.p50 / yardstick.p50,
    p95: figures.p95 / yardstick.p95,
    p99: figures.p99 / yardstick.p99,
  };
}
