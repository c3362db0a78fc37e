import { expect, test } from 'vitest';
import { allocate } from './allocate.ts';

const plenty = { count: 100, bytes: 100 };

test('what the operator wants comes before what demand asks for', () => {
  const busy = { base: 0, wanted: 50, bytes: 1 };
  const base = { base: 2, wanted: 0, bytes: 1 };
  expect(allocate([busy, base], { count: 5, bytes: 100 })).toEqual([3, 2]);
});

test('demand of several is met in turn', () => {
  const kind = { base: 0, wanted: 10, bytes: 1 };
  expect(allocate([kind, kind, kind], { count: 7, bytes: 100 })).toEqual([3, 2, 2]);
});

test('a kind that is too large leaves its room to smaller ones', () => {
  const large = { base: 2, wanted: 0, bytes: 60 };
  const small = { base: 3, wanted: 0, bytes: 10 };
  expect(allocate([large, small], plenty)).toEqual([1, 3]);
});

test('without a budget nothing waits', () => {
  expect(allocate([{ base: 3, wanted: 3, bytes: 1 }], { count: 0, bytes: 100 })).toEqual([0]);
});

test('demand never takes away what the operator wants', () => {
  expect(allocate([{ base: 3, wanted: 1, bytes: 1 }], plenty)).toEqual([3]);
});
