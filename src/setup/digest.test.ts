import { expect, test } from 'vitest';
import { digestInputs } from './digest.ts';

const a = { name: 'a', content: 'x', mode: 0o644 };
const b = { name: 'b', content: Buffer.from([1, 2, 3]), mode: 0o755 };

test('the order does not matter', () => {
  expect(digestInputs([a, b], { p: 1, q: 2 })).toBe(digestInputs([b, a], { q: 2, p: 1 }));
});

test.each([
  ['a byte', [{ ...a, content: 'y' }, b], { p: 1 }],
  ['a name', [{ ...a, name: 'c' }, b], { p: 1 }],
  ['a permission', [{ ...a, mode: 0o755 }, b], { p: 1 }],
  ['a file less', [a], { p: 1 }],
  ['an input', [a, b], { p: 2 }],
  [
    'contents that are swapped',
    [
      { ...a, content: b.content },
      { ...b, content: a.content },
    ],
    { p: 1 },
  ],
])('%s matters', (_, files, inputs) => {
  expect(digestInputs(files, inputs)).not.toBe(digestInputs([a, b], { p: 1 }));
});
