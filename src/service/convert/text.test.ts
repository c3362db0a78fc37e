import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toText } from './text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('what is UTF-8 is a string alone, a byte order mark included', () => {
  expect(toText(bytes('\u{feff}naïve 🙂'), 100)).toMatchObject({ text: '\u{feff}naïve 🙂', raw: new Uint8Array() });
});

test('what is not UTF-8 is a string with U+FFFD, and the bytes', () => {
  const input = Uint8Array.of(0x61, 0xff, 0x62);
  expect(toText(input, 100)).toMatchObject({ text: 'a\u{fffd}b', raw: input, kept: 3 });
});

test('text is cut between characters', () => {
  expect(toText(bytes('aé🙂'), 6)).toMatchObject({ text: 'aé', raw: new Uint8Array(), kept: 3 });
});

test('never more than the budget, and close to it for valid text', () => {
  const input = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }).map(bytes), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(input, fc.nat(300), (given, budget) => {
      const { text, raw, kept } = toText(given, budget);
      expect(Buffer.byteLength(text) + raw.length).toBeLessThanOrEqual(budget);
      expect(kept).toBeLessThanOrEqual(given.length);
      if (raw.length === 0) expect(bytes(text)).toEqual(given.subarray(0, kept));
      else expect(raw).toEqual(given.subarray(0, kept));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(300), (text, budget) => {
      expect(toText(bytes(text), budget).kept).toBeGreaterThanOrEqual(Math.min(bytes(text).length, budget - 3));
    }),
  );
});
