import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOf, MIN_SECRET_BYTES } from './forms.ts';
import { Mask } from './mask.ts';

const SECRET = 'pässwörd/+ "x"&\\ 😀~!';
const mask = new Mask({ SECRET });
const hex = Buffer.from(SECRET).toString('hex');

describe('a value is masked', () => {
  test.each<[string, string]>([
    ['as it is', SECRET],
    ['in hexadecimal', hex],
    ['in hexadecimal, capital', hex.toUpperCase()],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 without padding', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in a component of a URL', encodeURIComponent(SECRET)],
    ['in a component of a URL, lower case', encodeURIComponent(SECRET).replaceAll(/%../g, (x) => x.toLowerCase())],
    ['in a form', new URLSearchParams({ '': SECRET }).toString().slice(1)],
    ['in a URL by Python', 'p%C3%A4ssw%C3%B6rd/%2B%20%22x%22%26%5C%20%F0%9F%98%80~%21'],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON of ASCII', 'p\\u00e4ssw\\u00f6rd/+ \\"x\\"&\\\\ \\ud83d\\ude00~!'],
    ['in JSON of ASCII, capital', 'p\\u00E4ssw\\u00F6rd/+ \\"x\\"&\\\\ \\uD83D\\uDE00~!'],
    ['in JSON by PHP', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
    ['in JSON by Go', JSON.stringify(SECRET).slice(1, -1).replaceAll('&', '\\u0026')],
    ['in a representation by Python', JSON.stringify(SECRET).slice(1, -1).replaceAll('\\"', '"')],
  ])('%s', (_, form) => {
    expect(mask.text(`before ${form} after`)).toBe('before *** after');
  });

  test('in base64, wherever it stands in what is encoded: all characters that are its own', () => {
    const bytes = fc.uint8Array({ minLength: MIN_SECRET_BYTES, maxLength: 40 });
    const ascii = bytes.map((some) => Array.from(some, (byte) => String.fromCharCode(0x21 + (byte % 0x5e))).join(''));
    fc.assert(
      fc.property(ascii, fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (value, before, after) => {
        const all = Buffer.concat([before, Buffer.from(value), after]).toString('base64');
        const first = Math.ceil((before.length * 8) / 6);
        const own = all.slice(first, Math.floor(((before.length + value.length) * 8) / 6));
        const masked = new Mask({ value }).text(all);
        expect(masked.slice(0, first)).toBe(all.slice(0, first));
        expect(masked.slice(first, first + 3)).toBe('***');
        expect(masked).not.toContain(own);
        expect(all.length - masked.length).toBeGreaterThanOrEqual(own.length - 3);
      }),
    );
  });

  test.each([76, 64])('in base64 of lines of %i characters', (width) => {
    const value = 'long-'.repeat(40);
    const lines = Buffer.from(value)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g'));
    expect(new Mask({ value }).text(`${lines?.join('\n')}\n`)).toBe('***\n');
  });

  test('without the blanks around it, and with line ends of another system', () => {
    const file = new Mask({ file: 'first line\nsecond line\n' });
    expect(file.text('[first line\nsecond line]')).toBe('[***]');
    expect(file.text('[first line\r\nsecond line\r\n]')).toBe('[***]');
  });
});

test('a value that is too short has no form, and no form is shorter than the least', () => {
  expect(formsOf('1234567').size).toBe(0);
  expect(formsOf('  1234567 \n').size).toBe(0);
  expect(formsOf('12345678').size).toBeGreaterThan(0);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
      for (const form of formsOf(value)) expect(Buffer.byteLength(form)).toBeGreaterThanOrEqual(MIN_SECRET_BYTES);
    }),
  );
});
