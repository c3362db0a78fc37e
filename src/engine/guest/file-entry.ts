import { type FileEntry, type FileFailure, FileFailureReason, FileKind } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import type { FileInfo, FileType } from '../types.ts';
import { LINK_LIMITS } from './limits.ts';
import { FILE_FAILURES } from './read-files.ts';
import { ProtocolViolation } from './violation.ts';

/** Why a file could not be handled, by its name. */
export type FileRefusalReason = Exclude<keyof typeof FileFailureReason, 'UNSPECIFIED'>;

/** A guest could not handle a file. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  readonly reason: FileRefusalReason;
  /** What was wrong: the path, or the glob, as it was given. */
  readonly path: string;
  /** Of the file worker, which code may have taken over: one line for people. */
  readonly note: string;

  constructor(reason: FileRefusalReason, path: string, note: string) {
    super(FILE_FAILURES[FileFailureReason[reason]]);
    this.reason = reason;
    this.path = path;
    this.note = note;
  }
}

const REASONS = Object.keys(FileFailureReason).filter((name) => name !== 'UNSPECIFIED') as FileRefusalReason[];

const TYPES: Readonly<Record<number, FileType>> = {
  [FileKind.REGULAR]: 'REGULAR',
  [FileKind.DIRECTORY]: 'DIRECTORY',
  [FileKind.SYMLINK]: 'SYMLINK',
  [FileKind.OTHER]: 'OTHER',
};

/** The longest path in a description: the kernel's, with three bytes for each that is not UTF-8. */
const PATH_BYTES = 3 * 4096;

/** @throws ProtocolViolation for what ours never says */
export function readEntry(entry: FileEntry | undefined): FileInfo {
  const type = TYPES[entry?.kind ?? FileKind.UNSPECIFIED];
  if (entry === undefined || type === undefined) throw new ProtocolViolation('a file of no kind');
  const { path, sizeBytes, mode, modifiedUnixNanos } = entry;
  const sane = sizeBytes >= 0n && (type === 'REGULAR' || sizeBytes === 0n) && mode <= 0o777;
  if (!sane || path === '' || path.length > PATH_BYTES || path.includes('\0')) {
    throw new ProtocolViolation('a file that cannot be');
  }
  return { path, type, sizeBytes, mode, modifiedAtNanos: modifiedUnixNanos };
}

/** @throws FileRefusal when there is a failure, ProtocolViolation for one that ours never says */
export function throwFailure(failure: FileFailure | undefined): void {
  if (failure === undefined) return;
  const name = REASONS.find((one) => FileFailureReason[one] === failure.reason);
  if (name === undefined) throw new ProtocolViolation('a failure without a reason');
  const { path, message } = failure;
  if (path.length > LINK_LIMITS.textLength || message.length > LINK_LIMITS.textLength) {
    throw new ProtocolViolation('a failure with too much to say');
  }
  throw new FileRefusal(name, path, message);
}

const SHA256 = /^[0-9a-f]{64}$/;

/** @throws ProtocolViolation for what is no SHA-256 in lower-case hex */
export function readDigest(sha256: string): string {
  if (!SHA256.test(sha256)) throw new ProtocolViolation('a digest that is none');
  return sha256;
}
