import { expect, test } from 'vitest';
import { isOlder } from './guest.ts';

test.each([
  ['1.19.8', '1.21', true],
  ['1.9', '1.21', true],
  ['1.21', '1.21.0', false],
  ['1.21rc2', '1.21', false],
  ['1.26.8', '1.26.0', false],
  ['2.0', '1.26', false],
  ['0', '1.21', true],
])('Go %s is older than %s: %s', (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});
