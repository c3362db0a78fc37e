import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { figuresOf, percentile, ratioOf } from './stats.ts';

describe('percentile', () => {
  test.each([
    { samples: [7], percent: 50, found: 7 },
    { samples: [7], percent: 99, found: 7 },
    { samples: [4, 1, 3, 2], percent: 50, found: 2 },
    { samples: [4, 1, 3, 2], percent: 51, found: 3 },
    { samples: [4, 1, 3, 2], percent: 100, found: 4 },
    { samples: [10, 9], percent: 0, found: 9 },
  ])('$percent of $samples is $found', ({ samples, percent, found }) => {
    expect(percentile(samples, percent)).toBe(found);
  });

  test('p99 of a hundred leaves one above it, of fewer none', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred.slice(0, 99), 99)).toBe(99);
  });

  test('is a sample that enough samples do not exceed, and the smallest such', () => {
    const sample = fc.float({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (samples, percent) => {
        const found = percentile(samples, percent);
        const atMost = (limit: number) => samples.filter((one) => one <= limit).length;
        expect(samples).toContain(found);
        expect(atMost(found) * 100).toBeGreaterThanOrEqual(percent * samples.length);
        for (const smaller of samples.filter((one) => one < found)) {
          expect(atMost(smaller) * 100).toBeLessThan(percent * samples.length);
        }
      }),
    );
  });

  test('of nothing is an error', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});

test('figures have every sample in them, the worst one too', () => {
  expect(figuresOf([1, 1, 1, 1000])).toEqual({ count: 4, p50: 1, p95: 1000, p99: 1000, max: 1000 });
  expect(figuresOf([])).toBeUndefined();
});

test('a ratio is statistic over statistic, and there is none without a yardstick', () => {
  const twice = figuresOf([2, 4, 40]);
  const yardstick = figuresOf([1, 2, 10]);
  expect(ratioOf(twice, yardstick)).toEqual({ p50: 2, p95: 4, p99: 4 });
  expect(ratioOf(twice, undefined)).toBeUndefined();
  expect(ratioOf(undefined, yardstick)).toBeUndefined();
});
