import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OutputPiece, TextSplitter } from './text.ts';

function bytesOf(pieces: readonly OutputPiece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (piece.kind === 'text' ? Buffer.from(piece.text) : piece.data)));
}

function splitAll(chunks: readonly Uint8Array[]): OutputPiece[] {
  const splitter = new TextSplitter();
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end(false)];
}

test('what comes out is what went in, byte for byte, however it is cut', () => {
  const chunks = fc.array(fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.string({ unit: 'binary' }).map(Buffer.from)));
  fc.assert(
    fc.property(chunks, (all) => {
      expect(bytesOf(splitAll(all)).equals(Buffer.concat(all))).toBe(true);
    }),
  );
});

test('text stays text when its bytes come one by one', () => {
  const text = 'aä€😀\u{feff}\0z';
  const pieces = splitAll([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)));
  expect(pieces.every((piece) => piece.kind === 'text')).toBe(true);
  expect(pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('')).toBe(text);
});

test('only what is not UTF-8 is data', () => {
  const surrogate = Buffer.from([0xed, 0xa0, 0x80]);
  const pieces = splitAll([Buffer.concat([Buffer.from('ok '), surrogate, Buffer.from(' ö'), Buffer.from([0xff])])]);
  expect(pieces).toEqual([
    { kind: 'text', text: 'ok ' },
    { kind: 'data', data: Uint8Array.from(surrogate) },
    { kind: 'text', text: ' ö' },
    { kind: 'data', data: Uint8Array.of(0xff) },
  ]);
});

test('a character that our cap cut in two is dropped', () => {
  const splitter = new TextSplitter();
  expect([...splitter.push(Buffer.from('a€').subarray(0, 3))]).toEqual([{ kind: 'text', text: 'a' }]);
  expect(splitter.end(true)).toEqual([]);
});

test('what is hardly text does not become a piece for every second byte', () => {
  const noise = Uint8Array.from({ length: 65_536 }, (_, i) => (i % 2 === 0 ? 0xff : 0x61));
  const pieces = splitAll([noise]);
  expect(pieces.length).toBeLessThanOrEqual(64);
  expect(bytesOf(pieces).equals(noise)).toBe(true);
});
