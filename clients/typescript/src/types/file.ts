import type { Unrecognized } from './enums.ts';

/** A file of a session. */
export interface FileInfo {
  /** Relative to /sandbox. */
  readonly path: string;
  readonly type: 'REGULAR' | 'DIRECTORY' | 'SYMLINK' | 'OTHER' | Unrecognized;
  /** 0 for anything but a regular file. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly modifyTime?: Date;
}

/** What was written. */
export interface WrittenFile {
  readonly file: FileInfo;
  /** SHA-256 of the content, lower-case hex. */
  readonly sha256: string;
  /** Entries of a tar archive that were written. */
  readonly entries: number;
}
