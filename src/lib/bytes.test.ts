import { expect, test } from 'vitest';
import { parseBytes, showBytes } from './bytes.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1025, '1025 bytes'],
  [4096, '4 KiB'],
  [96 * 1024 ** 2, '96 MiB'],
  [1536 * 1024 ** 2, '1536 MiB'],
  [2 ** 40, '1024 GiB'],
  [-4096, '-4096 bytes'],
])('%d is %s', (bytes, text) => {
  expect(showBytes(bytes)).toBe(text);
});

test.each([
  ['100', 100],
  ['512 MiB', 512 * 1024 ** 2],
  ['1GiB', 1024 ** 3],
  ['512m', 512 * 1024 ** 2],
  ['2 k', 2048],
  ['7 bytes', 7],
  ['1.5g', undefined],
  ['512 MB', undefined],
  ['m', undefined],
])('%j is %s bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});
