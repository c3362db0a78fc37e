import { expect, test } from 'vitest';
import { Demand } from './demand.ts';

const MINUTE = 60_000;

function after(...arrivals: number[]): Demand {
  const demand = new Demand();
  for (const at of arrivals) demand.note(at);
  return demand;
}

test('one arrival is no demand, and two that are close are', () => {
  expect(after(0).wanted(0)).toBe(0);
  expect(after(0, 100).wanted(100)).toBe(2);
});

test('rare arrivals that go on are demand', () => {
  expect(after(0, MINUTE).wanted(MINUTE)).toBe(2);
  expect(after(0, 30 * MINUTE).wanted(30 * MINUTE)).toBe(0);
});

test('a burst is remembered as large as it was, and fades', () => {
  const demand = after(...Array.from({ length: 50 }, (_, i) => i));
  expect(demand.wanted(50)).toBe(50);
  expect(demand.wanted(2 * MINUTE + 49)).toBe(25);
  expect(demand.wanted(20 * MINUTE)).toBe(0);
  expect(demand.isForgotten(20 * MINUTE)).toBe(true);
});

test('a steady stream asks for what comes within the time of a start, and no more', () => {
  const demand = after(...Array.from({ length: 600 }, (_, i) => i * 500));
  expect(demand.wanted(300_000)).toBeLessThanOrEqual(4);
  expect(demand.wanted(300_000)).toBeGreaterThanOrEqual(3);
});
