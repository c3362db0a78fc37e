import { toBytes } from './convert/value.ts';
import type { Content } from './types/request.ts';

/** What can be written to a file: all of it at once, or a stream of it (of the Web, of Node.js, or any iterable). */
export type FileContent = Content | Blob | Iterable<Content> | AsyncIterable<Content> | ReadableStream<Content>;

/** Messages of the wire stay far below what servers take. */
const MAX_PIECE = 256 * 1024;

/** Content in pieces for the wire. */
export async function* piecesOf(content: FileContent): AsyncGenerator<Uint8Array, void, undefined> {
  const whole = typeof content === 'string' || content instanceof Uint8Array || content instanceof ArrayBuffer;
  for await (const part of whole ? [content] : streamOf(content)) {
    const bytes = toBytes(part, 'data');
    for (let at = 0; at < bytes.length; at += MAX_PIECE) yield bytes.subarray(at, at + MAX_PIECE);
  }
}

function streamOf(
  content: Blob | Iterable<Content> | AsyncIterable<Content>,
): Iterable<Content> | AsyncIterable<Content> {
  if (content instanceof Blob) return content.stream();
  if (
    typeof content === 'object' &&
    content !== null &&
    (Symbol.iterator in content || Symbol.asyncIterator in content)
  ) {
    return content;
  }
  return [toBytes(content, 'data')];
}
