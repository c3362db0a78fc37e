/** What a name stands for; links are not followed. */
export type FileType = 'REGULAR' | 'DIRECTORY' | 'SYMLINK' | 'OTHER';

/** A file of a session. */
export interface FileInfo {
  /** Relative to /sandbox; bytes that are not UTF-8 as U+FFFD. */
  readonly path: string;
  readonly type: FileType;
  /** 0 for anything but a regular file. */
  readonly sizeBytes: bigint;
  /** Permission bits. */
  readonly mode: number;
  /** When its content changed last, since 1970. */
  readonly modifiedAtNanos: bigint;
}

/** What the bytes of a call are: one regular file, or a tar archive of what is in a directory. */
export type FileForm = 'FILE' | 'TAR';

/** What to write. */
export interface FileToWrite {
  readonly path: string;
  /** Permission bits; 0 stands for 0644. */
  readonly mode: number;
  /** SHA-256 that the content must have, lower-case hex; '' for any. */
  readonly sha256: string;
  readonly form: FileForm;
}

/** What was written. */
export interface WrittenFile {
  readonly file: FileInfo;
  /** Of the content, lower-case hex. */
  readonly sha256: string;
  /** Entries of an archive. */
  readonly entries: number;
}

/** What to read. */
export interface FileToRead {
  readonly path: string;
  readonly form: FileForm;
  /** The first byte, of a FILE. */
  readonly offset: bigint;
  /** How many bytes at most, of a FILE; to the end when unset. */
  readonly length?: bigint;
}

/** What comes of it: `file` first, `end` last. A stream without `end` is not whole. */
export type FilePart =
  | { readonly kind: 'file'; readonly file: FileInfo }
  | { readonly kind: 'chunk'; readonly chunk: Uint8Array }
  /** SHA-256 of all chunks, lower-case hex. */
  | { readonly kind: 'end'; readonly sha256: string };

/** What to list. */
export interface FilesToList {
  /** '' stands for /sandbox. */
  readonly path: string;
  readonly recursive: boolean;
  /** Relative to `path`; '' for all. */
  readonly glob: string;
  readonly pageSize: number;
  /** `next` of the page before; empty for the first. */
  readonly after: Uint8Array;
}

/** A page of a list, by path. */
export interface FilePage {
  readonly files: readonly FileInfo[];
  /** For the next page; empty on the last. */
  readonly next: Uint8Array;
}

/**
 * Files of sessions. Every call throws an EngineError INVALID_FIELD, SESSION_NOT_FOUND, FILE_NOT_FOUND, FILE_REFUSED, those
 * that write DISK_FULL; when its signal aborts, the signal's reason, and what the call was doing ends at once.
 */
export interface SessionFiles {
  /** Writes a file, which appears whole or not at all, or an archive, entry by entry. */
  write(
    tenant: string,
    sessionId: string,
    file: FileToWrite,
    content: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<WrittenFile>;
  /** Reads a file or an archive. A reader that is slow holds it back. */
  read(tenant: string, sessionId: string, file: FileToRead, signal: AbortSignal): AsyncIterable<FilePart>;
  list(tenant: string, sessionId: string, what: FilesToList, signal: AbortSignal): Promise<FilePage>;
  /** Makes a directory with its parents. One that exists is no error. */
  makeDirectory(tenant: string, sessionId: string, path: string, mode: number, signal: AbortSignal): Promise<FileInfo>;
  /** Removes a file or a directory. One that is gone is no error. */
  remove(tenant: string, sessionId: string, path: string, recursive: boolean, signal: AbortSignal): Promise<void>;
}
