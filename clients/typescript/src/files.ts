import type { Calls } from './calls.ts';
import { type FileContent, piecesOf } from './content.ts';
import { toMessage } from './convert/message.ts';
import { toPlain } from './convert/plain.ts';
import { type Copied, downloadDirectory, uploadDirectory } from './directory.ts';
import { readBytes, readStream } from './download.ts';
import { InternalError } from './errors.ts';
import {
  type FileInfo as FileInfoMessage,
  FileInfoSchema,
  ListFilesRequestSchema,
  MakeDirectoryRequestSchema,
  ReadFileRequestSchema,
  RemoveFileRequestSchema,
  WriteFileHeaderSchema,
  WriteFileResponseSchema,
} from './gen/isol8/v1/file_pb.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import type { CallOptions } from './options.ts';
import { split } from './options.ts';
import { allPages } from './pages.ts';
import type { FileInfo, WrittenFile } from './types/file.ts';
import { upload } from './upload.ts';

/** How a file is written. */
export interface WriteOptions extends CallOptions {
  /** Permission bits; 0o644. */
  readonly mode?: number;
  /** SHA-256 of the content, lower-case hex; when another one arrives, nothing is written. */
  readonly sha256?: string;
}

/** What of a file is read. */
export interface ReadOptions extends CallOptions {
  /** The first byte; 0. */
  readonly offset?: number;
  /** How many bytes at most; to the end. */
  readonly length?: number;
}

/** Which files are listed. */
export interface ListOptions extends CallOptions {
  /** Whether the directories in it are listed too; false. */
  readonly recursive?: boolean;
  /** A glob (`*`, `?`, `[...]`, `**` across directories) that paths relative to the directory must match. */
  readonly glob?: string;
  /** How many to ask for at a time; the server's choice. */
  readonly pageSize?: number;
}

/** Files of a session. Paths are relative to /sandbox, or absolute below it, and never lead out of it. */
export class SessionFiles {
  readonly #calls: Calls;
  readonly #sessionId: string;

  constructor(calls: Calls, sessionId: string) {
    this.#calls = calls;
    this.#sessionId = sessionId;
  }

  /** Writes a file, which appears whole or not at all. Parents are made. */
  async write(path: string, content: FileContent, options: WriteOptions = {}): Promise<WrittenFile> {
    return await this.#write({ path, form: 'FILE' }, content, options);
  }

  /** The bytes of a file. */
  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return await readBytes(this.#open({ path, form: 'FILE' }, options));
  }

  /** The text of a file; what is not UTF-8 as U+FFFD. */
  async readText(path: string, options: ReadOptions = {}): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.read(path, options));
  }

  /** The bytes of a file as they come. It fails at its end when they are not those of the file. */
  stream(path: string, options: ReadOptions = {}): ReadableStream<Uint8Array> {
    return readStream(() => this.#open({ path, form: 'FILE' }, options));
  }

  /** The files of a directory (`/sandbox`), by path; asked for page by page while they are read. */
  async *list(path = '', options: ListOptions = {}): AsyncGenerator<FileInfo, void, undefined> {
    const [call, rest] = split(options);
    yield* allPages(async (pageToken) => {
      const request = toMessage(ListFilesRequestSchema, { ...rest, sessionId: this.#sessionId, path, pageToken });
      const { files, nextPageToken } = await this.#calls.unary(Isol8Service.method.listFiles, request, call);
      return { items: files.map(infoOf), nextPageToken };
    });
  }

  /** Makes a directory, and its parents. One that exists is no error. `mode` are its permission bits; 0o755. */
  async mkdir(path: string, options: CallOptions & { readonly mode?: number } = {}): Promise<FileInfo> {
    const [call, rest] = split(options);
    const request = toMessage(MakeDirectoryRequestSchema, { ...rest, sessionId: this.#sessionId, path });
    const { directory } = await this.#calls.unary(Isol8Service.method.makeDirectory, request, call);
    if (directory === undefined) throw new InternalError('the server told no directory', { code: 'INTERNAL' });
    return infoOf(directory);
  }

  /** Removes a file, or a directory: an empty one, or with `recursive` all that is in it. One that is gone is no error. */
  async remove(path: string, options: CallOptions & { readonly recursive?: boolean } = {}): Promise<void> {
    const [call, rest] = split(options);
    const request = toMessage(RemoveFileRequestSchema, { ...rest, sessionId: this.#sessionId, path });
    await this.#calls.unary(Isol8Service.method.removeFile, request, call);
  }

  /** Writes what is in a tar archive (not compressed) into a directory, over what is there. */
  async uploadTar(path: string, archive: FileContent, options: CallOptions = {}): Promise<WrittenFile> {
    return await this.#write({ path, form: 'TAR' }, archive, options);
  }

  /** A directory as a tar archive. */
  downloadTar(path: string, options: CallOptions = {}): ReadableStream<Uint8Array> {
    return readStream(() => this.#open({ path, form: 'TAR' }, options));
  }

  /** Writes a directory of this machine, with all that is in it, into one of the session. */
  async uploadDirectory(from: string, to = '', options: CallOptions = {}): Promise<Copied> {
    return await uploadDirectory(this, from, to, options);
  }

  /** Writes a directory of the session, with all that is in it, into one of this machine: a new or an empty one. */
  async downloadDirectory(from: string, to: string, options: CallOptions = {}): Promise<Copied> {
    return await downloadDirectory(this, from, to, options);
  }

  async #write(target: object, content: FileContent, options: WriteOptions): Promise<WrittenFile> {
    const [call, rest] = split(options);
    const header = toMessage(WriteFileHeaderSchema, { ...rest, ...target, sessionId: this.#sessionId });
    const first = { part: { case: 'header' as const, value: header } };
    async function* messages() {
      yield first;
      for await (const piece of piecesOf(content)) yield { part: { case: 'chunk' as const, value: piece } };
    }
    // Only the first message may be a header.
    const parts = { messages: messages(), spoil: first };
    return toPlain(WriteFileResponseSchema, await upload(this.#calls, Isol8Service.method.writeFile, parts, call));
  }

  #open(target: object, options: ReadOptions) {
    const [call, rest] = split(options);
    const request = toMessage(ReadFileRequestSchema, { ...rest, ...target, sessionId: this.#sessionId });
    return { calls: this.#calls, request, options: call };
  }
}

function infoOf(message: FileInfoMessage): FileInfo {
  return toPlain(FileInfoSchema, message);
}
