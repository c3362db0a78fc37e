import { expect, test } from 'vitest';
import { UidRange } from './uids.ts';

test('every uid of the range is given once, then none', () => {
  const uids = new UidRange(1000, 1004);
  const taken = Array.from({ length: 5 }, () => uids.take());
  expect(new Set(taken)).toEqual(new Set([1000, 1001, 1002, 1003, 1004]));
  expect(uids.take()).toBeUndefined();
  uids.give(1002);
  expect(uids.take()).toBe(1002);
});

test('another server’s uid is not given until its container is gone', () => {
  const uids = new UidRange(1000, 1000);
  uids.occupy(1000, 'theirs');
  expect(uids.take()).toBeUndefined();
  uids.vacate(1000, 'somebody else’s');
  expect(uids.take()).toBeUndefined();
  uids.vacate(1000, 'theirs');
  expect(uids.take()).toBe(1000);
});

test('events about our own containers do not free a uid that is in use', () => {
  const uids = new UidRange(1000, 1000);
  uids.take();
  uids.occupy(1000, 'ours');
  uids.vacate(1000, 'ours');
  expect(uids.take()).toBeUndefined();
});
