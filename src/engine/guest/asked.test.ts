import { expect, test } from 'vitest';
import { isAskedFor } from './asked.ts';

test.each<[string, string, boolean]>([
  ['out.txt', 'out.txt', true],
  ['out.txt', './out.txt', true],
  ['out.txt', '/sandbox/a/../out.txt', true],
  ['out.txt', 'out', false],
  ['out.txt', '*.csv', true], // The host does not run patterns.
  ['a/b/c', '**', true],
  ['a/b/c', 'a/**/c', true],
  ['a/b/c', 'a/b/[c]', true],
  ['b/c', 'a/*', false],
  ['a', 'a/*', false],
  ['../a', '**', false],
  ['a//b', '**', false],
  ['a/./b', '**', false],
  ['/a', '**', false],
  ['', '**', false],
  ['a\0', '**', false],
  [`${'a/'.repeat(2100)}a`, '**', false],
])('%j for %j: %j', (name, pattern, expected) => {
  expect(isAskedFor(name, [pattern])).toBe(expected);
});
