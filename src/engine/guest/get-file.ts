import { createHash } from 'node:crypto';
import type { GetFileResponse } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import type { FileForm, FilePart } from '../types.ts';
import { readDigest, readEntry, throwFailure } from './file-entry.ts';
import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

/** Which bytes are wanted of what. */
export interface GetOrder {
  readonly path: string;
  readonly form: FileForm;
  readonly offset: bigint;
  /** To the end when unset. */
  readonly length?: bigint;
}

/**
 * One file, or the archive of one directory, held to what was asked for: a description, pieces as large as can be, and
 * the digest of just those.
 *
 * @throws FileRefusal, ProtocolViolation
 */
export async function* getParts(responses: AsyncIterable<GetFileResponse>, order: GetOrder): AsyncGenerator<FilePart> {
  const hash = createHash('sha256');
  const wanted = order.form === 'TAR' ? 'DIRECTORY' : 'REGULAR';
  /** What is left; unknown of an archive. */
  let left: bigint | undefined;
  let state: 'new' | 'content' | 'over' = 'new';
  let short = false;
  for await (const { part } of responses) {
    if (state === 'over') throw new ProtocolViolation('more than the end');
    if (part.case === 'file' && state === 'new') {
      const file = readEntry(part.value);
      if (file.type !== wanted) throw new ProtocolViolation(`a ${file.type} and no ${wanted}`);
      if (order.form === 'FILE') left = spanOf(order, file.sizeBytes);
      state = 'content';
      yield { kind: 'file', file };
    } else if (part.case === 'chunk' && state === 'content') {
      const chunk = part.value;
      const full = left !== undefined && left < LINK_LIMITS.chunkBytes ? Number(left) : LINK_LIMITS.chunkBytes;
      const fits = left === undefined ? chunk.length <= full && !short : chunk.length === full;
      if (!fits || chunk.length === 0) throw new ProtocolViolation('a piece of another size');
      short = chunk.length < full;
      if (left !== undefined) left -= BigInt(chunk.length);
      hash.update(chunk);
      yield { kind: 'chunk', chunk };
    } else if (part.case === 'sha256' && state === 'content' && (left ?? 0n) === 0n) {
      const sha256 = hash.digest('hex');
      if (readDigest(part.value) !== sha256) throw new ProtocolViolation('the digest of something else');
      state = 'over';
      yield { kind: 'end', sha256 };
    } else if (part.case === 'failure') {
      throwFailure(part.value);
    } else {
      throw new ProtocolViolation('a part out of place');
    }
  }
  if (state !== 'over') throw new ProtocolViolation('a file that is cut short');
}

function spanOf({ offset, length }: GetOrder, size: bigint): bigint {
  const rest = offset < size ? size - offset : 0n;
  return length !== undefined && length < rest ? length : rest;
}
