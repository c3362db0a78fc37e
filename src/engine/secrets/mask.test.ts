import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOf, MIN_SECRET_BYTES } from './forms.ts';
import { Mask } from './mask.ts';

/** Values of few letters, so that they overlap, begin alike and stand in each other. */
const alike = fc
  .array(fc.constantFrom('a', 'b', 'é'), { minLength: MIN_SECRET_BYTES, maxLength: 14 })
  .map((letters) => letters.join(''));
const any = fc
  .string({ unit: 'binary', minLength: 4, maxLength: 40 })
  .filter((value) => Buffer.byteLength(value.trim()) >= MIN_SECRET_BYTES);
const values = fc.array(fc.oneof(alike, any), { minLength: 1, maxLength: 4 }).chain((list) => {
  const around = fc.constantFrom('', 'a', 'xx', '😀');
  const longer = fc.tuple(around, fc.constantFrom(...list), around).map((parts) => parts.join(''));
  return fc.array(longer, { maxLength: 2 }).map((more) => [...list, ...more]);
});

/** Secrets, and bytes that have whole forms of them, beginnings and middles of forms, and bytes without meaning. */
const cases = values.chain((secrets) => {
  const forms = secrets.flatMap((value) => [...formsOf(value)].map((form) => Buffer.from(form)));
  const part = fc
    .tuple(fc.constantFrom(...forms), fc.nat(), fc.nat())
    .map(([form, from, to]) => form.subarray(from % form.length, (from % form.length) + 1 + (to % form.length)));
  const piece = fc.oneof(
    fc.constantFrom(...forms),
    part,
    fc.constantFrom('a', 'b', 'ab', ' ', '***').map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  );
  return fc.record({
    secrets: fc.constant(named(secrets)),
    forms: fc.constant(forms),
    bytes: fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces)),
    cuts: fc.array(fc.nat(400), { maxLength: 30 }),
  });
});

function named(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((value, i) => [`S${i}`, value]));
}

/** Which bytes are part of a form: looked up one by one. */
function hiddenIn(bytes: Buffer, forms: readonly Buffer[]): boolean[] {
  const hidden = Array<boolean>(bytes.length).fill(false);
  for (const form of forms) {
    for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + 1)) {
      hidden.fill(true, at, at + form.length);
    }
  }
  return hidden;
}

/** What should come out: every run of hidden bytes is one mask. */
function expected(bytes: Buffer, forms: readonly Buffer[]): string {
  const hidden = hiddenIn(bytes, forms);
  const shown = [...bytes].map((byte, at) => {
    if (!hidden[at]) return String.fromCharCode(byte);
    return hidden[at - 1] ? '' : '***';
  });
  return shown.join('');
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

function streamOf(secrets: Record<string, string>) {
  const stream = new Mask(secrets).stream();
  if (stream === undefined) throw new Error('nothing to mask');
  return stream;
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('a stream', () => {
  test('shows every byte that is part of no form, and no other, however it is cut', () => {
    fc.assert(
      fc.property(cases, ({ secrets, forms, bytes, cuts }) => {
        const stream = streamOf(secrets);
        const out = chunksOf(bytes, cuts).map((chunk) => stream.push(chunk));
        expect(latin(Buffer.concat([...out, stream.end(false)]))).toBe(expected(bytes, forms));
      }),
      { numRuns: 2000 },
    );
  });

  test('holds back less than the longest form, and counts what it hides', () => {
    fc.assert(
      fc.property(cases, ({ secrets, forms, bytes, cuts }) => {
        const stream = streamOf(secrets);
        const longest = Math.max(...forms.map(({ length }) => length));
        let [came, gone] = [0, 0];
        for (const chunk of chunksOf(bytes, cuts)) {
          came += chunk.length;
          gone += stream.push(chunk).length;
          expect(came - gone - stream.shrunkBy).toBeLessThan(longest);
        }
        gone += stream.end(false).length;
        expect(gone + stream.shrunkBy).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  test('that is cut shows nothing that can be the beginning of a form, and all before it', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ secrets, forms, bytes }, at) => {
        const cut = bytes.subarray(0, at % (bytes.length + 1));
        const stream = streamOf(secrets);
        const out = latin(Buffer.concat([stream.push(cut), stream.end(true)]));
        const whole = expected(cut, forms);
        expect(whole.startsWith(out)).toBe(true);
        const head = forms.some((form) =>
          [...form.keys()].some((n) => n > 0 && cut.subarray(-n).equals(form.subarray(0, n)) && n <= cut.length),
        );
        if (!head) expect(out).toBe(whole);
        else expect(hiddenIn(cut, forms).at(-1) || out.length < whole.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('gives at once what cannot be part of a secret any more, and the mask of what is whole', () => {
    const stream = streamOf({ TOKEN: 'correct-horse' });
    expect(latin(stream.push(Buffer.from('name? corr')))).toBe('name? ');
    expect(latin(stream.push(Buffer.from('ect answer: correct-hors')))).toBe('correct answer: ');
    expect(latin(stream.push(Buffer.from('e')))).toBe('***');
    expect(latin(stream.push(Buffer.from('correct-horse!')))).toBe('!');
  });

  test('is not there without secrets', () => {
    expect(new Mask({}).stream()).toBeUndefined();
    expect(new Mask({ SHORT: 'abc' }).stream()).toBeUndefined();
  });
});

describe('overlapping secrets', () => {
  const mask = new Mask({ A: 'abcdefgh', B: 'abcdefghijkl', C: 'ijklmnop', D: 'abcdefgijklmnopqrst' });
  test.each([
    ['the longer of two that begin alike', 'x abcdefghijkl y', 'x *** y'],
    ['the shorter, where the longer is not whole', 'x abcdefghijk y', 'x ***ijk y'],
    ['two that share bytes', 'x abcdefghijklmnop y', 'x *** y'],
    ['one in another that is not whole', 'x abcdefgijklmnopqr y', 'x abcdefg***qr y'],
    ['one right after the other', 'abcdefghabcdefgh', '***'],
  ])('%s', (_, text, masked) => {
    expect(mask.text(text)).toBe(masked);
  });
});

test('a sentence shows no beginning of a value where its quotation was cut', () => {
  const mask = new Mask({ TOKEN: 'correct-horse' });
  expect(mask.sentence('is "/etc/correct-ho": it must be below')).toBe('is "/etc/***": it must be below');
  expect(mask.sentence('is /etc/correct-ho…')).toBe('is /etc/***…');
  expect(mask.sentence('is /etc/corr')).toBe('is /etc/***');
  expect(mask.sentence('is correct-horse, which is not correct')).toBe('is ***, which is not ***');
  expect(mask.sentence('is correct as it stands')).toBe('is correct as it stands');
});

test('names and values of labels are masked', () => {
  const mask = new Mask({ TOKEN: 'correct-horse' });
  expect(mask.texts({ a: 'by correct-horse', 'correct-horse': 'b' })).toEqual({ a: 'by ***', '***': 'b' });
  expect(new Mask({}).texts({ a: 'b' })).toEqual({ a: 'b' });
});
