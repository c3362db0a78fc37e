/** Bytes of a program's output, told apart: whole characters, and what is not UTF-8. */
export type OutputPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'data'; readonly data: Uint8Array };

/**
 * Pieces that one chunk is cut into at the most; what then comes is one, and data. Without that, a program that writes
 * no text makes an event of every second byte.
 */
const MAX_PIECES = 64;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Cuts a stream of bytes into text and data, so that their concatenation is the stream, byte for byte. A
 * character that is split over chunks is held back, three bytes at the most, until it is whole.
 */
export class TextSplitter {
  #held: Uint8Array = new Uint8Array();

  /**
   * The pieces that are certain after this chunk, to be read to their end before the next. They are made one by one: a chunk
   * can be as many pieces as it has bytes.
   */
  *push(chunk: Uint8Array): Generator<OutputPiece> {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const whole = bytes.length - incompleteTail(bytes);
    // A copy: the chunk belongs to a larger buffer that would otherwise be kept.
    this.#held = Uint8Array.from(bytes.subarray(whole));
    yield* split(bytes.subarray(0, whole));
  }

  /**
   * What was held back, when no more is to come.
   *
   * @param cut the stream was cut by us: half a character is then our doing, and dropped
   */
  end(cut: boolean): OutputPiece[] {
    const held = this.#held;
    this.#held = new Uint8Array();
    return held.length === 0 || cut ? [] : [{ kind: 'data', data: held }];
  }
}

function* split(bytes: Uint8Array): Generator<OutputPiece> {
  if (bytes.length === 0) return;
  const text = decode(bytes);
  if (text !== undefined) {
    yield { kind: 'text', text };
    return;
  }
  // Not all of it is UTF-8: go through it run by run.
  let start = 0;
  let valid = true;
  let pieces = 1;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const isValid = length > 0;
    if (isValid !== valid && at > start) {
      yield pieceOf(bytes.subarray(start, at), valid);
      start = at;
      pieces += 1;
    }
    valid = isValid;
    if (pieces === MAX_PIECES) {
      valid = false;
      break;
    }
    at += isValid ? length : 1;
  }
  yield pieceOf(bytes.subarray(start), valid);
}

function pieceOf(run: Uint8Array, valid: boolean): OutputPiece {
  return valid ? { kind: 'text', text: strict.decode(run) } : { kind: 'data', data: Uint8Array.from(run) };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Length of the well-formed character at a place (Unicode, table 3-7); 0 when there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = sequenceLength(first);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined || !mayFollow(first, i, byte)) return 0;
  }
  return length;
}

/** How many bytes at the end begin a character that is not complete. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const first = bytes[bytes.length - back] as number;
    if ((first & 0xc0) === 0x80) continue;
    if (sequenceLength(first) <= back) return 0;
    for (let i = 1; i < back; i++) {
      if (!mayFollow(first, i, bytes[bytes.length - back + i] as number)) return 0;
    }
    return back;
  }
  return 0;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

function mayFollow(first: number, place: number, byte: number): boolean {
  if (place === 1 && first === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
  if (place === 1 && first === 0xed) return byte >= 0x80 && byte <= 0x9f;
  if (place === 1 && first === 0xf0) return byte >= 0x90 && byte <= 0xbf;
  if (place === 1 && first === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  return byte >= 0x80 && byte <= 0xbf;
}
