import { createHash, type Hash } from 'node:crypto';
import { FileFailureReason, type ReadFilesResponse } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { isAskedFor } from './asked.ts';
import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

/** A piece of a file, or a file that cannot be given. Each file ends with one piece that is `last`. */
export type ReadPart =
  | {
      readonly kind: 'chunk';
      readonly path: string;
      readonly mode: number;
      readonly chunk: Uint8Array;
      readonly last: boolean;
      /** SHA-256 of the whole, lower-case hex; set with `last`. */
      readonly sha256?: string;
    }
  | { readonly kind: 'missing'; readonly path: string; readonly reason: string };

interface OpenFile {
  readonly path: string;
  readonly mode: number;
  readonly hash: Hash;
  left: number;
}

/** What each reason means to the one who asked for a file. */
export const FILE_FAILURES: Readonly<Record<FileFailureReason, string>> = {
  [FileFailureReason.UNSPECIFIED]: 'cannot be handled',
  [FileFailureReason.NOT_FOUND]: 'does not exist',
  [FileFailureReason.OUTSIDE]: 'leads out of /sandbox',
  [FileFailureReason.NOT_A_FILE]: 'is not a regular file, or a part of its path is not a directory',
  [FileFailureReason.NO_SPACE]: 'does not fit: no space or no inode is left in the file system',
  [FileFailureReason.PERMISSION_DENIED]: 'may not be opened by the code’s user',
  [FileFailureReason.BAD_NAME]: 'has a name that is too long or not valid UTF-8',
  [FileFailureReason.TOO_LARGE]: 'is larger than what can be given back',
  [FileFailureReason.OTHER]: 'cannot be handled',
  [FileFailureReason.WRONG_DIGEST]: 'came with another SHA-256 than was announced',
  [FileFailureReason.NOT_EMPTY]: 'is a directory that is not empty',
  [FileFailureReason.BAD_ARCHIVE]: 'is no tar archive that can be written',
};

/**
 * The files that a guest gives, held to what it was asked for: ours gives each once, in the order of their names, in
 * pieces as large as can be.
 *
 * @throws ProtocolViolation
 */
export async function* readParts(
  responses: AsyncIterable<ReadFilesResponse>,
  patterns: readonly string[],
  maxTotalBytes: number,
  maxFiles: number,
): AsyncGenerator<ReadPart> {
  let open: OpenFile | undefined;
  let previous = '';
  let files = 0;
  let bytes = 0;
  let missing = 0;
  for await (const { part } of responses) {
    if (part.case === 'file') {
      const { path, mode, sizeBytes } = part.value;
      files += 1;
      bytes += Number(sizeBytes);
      const sane = sizeBytes >= 0n && bytes <= maxTotalBytes && files <= maxFiles;
      const next = Buffer.compare(Buffer.from(previous), Buffer.from(path)) < 0;
      previous = path;
      if (open !== undefined || !sane || !next || !isAskedFor(path, patterns))
        throw new ProtocolViolation('a file that was not asked for');
      open = { path, mode: mode & 0o777, hash: createHash('sha256'), left: Number(sizeBytes) };
      if (open.left === 0) {
        yield piece(open, new Uint8Array());
        open = undefined;
      }
    } else if (part.case === 'chunk') {
      const chunk = part.value;
      if (open === undefined || chunk.length !== Math.min(open.left, LINK_LIMITS.chunkBytes)) {
        throw new ProtocolViolation('content of no file');
      }
      open.left -= chunk.length;
      yield piece(open, chunk);
      if (open.left === 0) open = undefined;
    } else if (part.case === 'failure') {
      missing += 1;
      const { path, reason } = part.value;
      if (missing > maxFiles + patterns.length) throw new ProtocolViolation('more failures than files');
      if (path.length > LINK_LIMITS.textLength) throw new ProtocolViolation(`a path of ${path.length} characters`);
      open = undefined;
      yield { kind: 'missing', path, reason: FILE_FAILURES[reason] ?? 'cannot be handled' };
    } else {
      throw new ProtocolViolation('an answer that says nothing');
    }
  }
  if (open !== undefined) throw new ProtocolViolation('a file that is cut short');
}

function piece(file: OpenFile, chunk: Uint8Array): ReadPart {
  file.hash.update(chunk);
  const { path, mode } = file;
  if (file.left > 0) return { kind: 'chunk', path, mode, chunk, last: false };
  return { kind: 'chunk', path, mode, chunk, last: true, sha256: file.hash.digest('hex') };
}
