/** A byte order mark is part of what the program wrote. */
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const exact = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Output as it goes into an answer: a string and, where that is not exact, the bytes too. */
export interface Text {
  readonly text: string;
  readonly raw: Uint8Array;
  /** How many of the bytes are in it. */
  readonly kept: number;
}

const NONE = new Uint8Array();

/**
 * Decodes as many of the bytes as take `budget` bytes of an encoded answer at most. A byte that is not UTF-8 takes
 * three as U+FFFD, and one more because the raw bytes go along.
 */
export function toText(bytes: Uint8Array, budget: number): Text {
  const whole = decode(bytes);
  if (whole.cost <= budget) return whole;
  // Valid text costs its length.
  const prefix = decode(bytes.subarray(0, characterStart(bytes, budget)));
  if (prefix.cost <= budget) return prefix;
  // Anything else costs more the longer it is, as long as no character is cut in two. To a thousandth: decoding takes
  // time that other calls wait for.
  let [fits, tooMany] = [0, budget];
  let best = decode(NONE);
  while (tooMany - fits > 1 + budget / 1024) {
    const middle = (fits + tooMany) >> 1;
    const candidate = decode(bytes.subarray(0, characterStart(bytes, middle)));
    if (candidate.cost <= budget) [fits, best] = [middle, candidate];
    else tooMany = middle;
  }
  return best;
}

function decode(bytes: Uint8Array): Text & { readonly cost: number } {
  try {
    return { text: exact.decode(bytes), raw: NONE, kept: bytes.length, cost: bytes.length };
  } catch {
    const text = lossy.decode(bytes);
    return { text, raw: bytes, kept: bytes.length, cost: Buffer.byteLength(text) + bytes.length };
  }
}

/** The last place at or before `end` where a character begins. */
function characterStart(bytes: Uint8Array, end: number): number {
  let start = end;
  while (start > 0 && end - start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
