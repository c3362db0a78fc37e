import type { GuestFiles } from '../guest/files.ts';
import type { SessionAccess } from '../session/use.ts';
import { checkDirectory, checkList, checkRead, checkRemoval, checkWrite, pageSizeOf } from './checks.ts';
import { asFileError, type FileFields } from './refusals.ts';
import type {
  FileInfo,
  FilePage,
  FilePart,
  FilesToList,
  FileToRead,
  FileToWrite,
  SessionFiles,
  WrittenFile,
} from './types.ts';

/** Files of the sessions that an access leads to. While a call lasts its session is not idle. */
export class GuestSessionFiles implements SessionFiles {
  readonly #access: SessionAccess;

  constructor(access: SessionAccess) {
    this.#access = access;
  }

  async write(
    tenant: string,
    sessionId: string,
    file: FileToWrite,
    content: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<WrittenFile> {
    checkWrite(file);
    const fields = { path: 'header.path', sha256: 'header.sha256', content: 'chunk' };
    return this.#with(tenant, sessionId, file.path, fields, signal, (files) => files.put(file, content, signal));
  }

  async *read(tenant: string, sessionId: string, file: FileToRead, signal: AbortSignal): AsyncGenerator<FilePart> {
    checkRead(file);
    using use = await this.#access.use(tenant, sessionId);
    signal.throwIfAborted();
    try {
      yield* use.guest.files.get(file, signal);
    } catch (error) {
      throw asFileError(error, file.path, { path: 'path' }, signal);
    }
  }

  async list(tenant: string, sessionId: string, what: FilesToList, signal: AbortSignal): Promise<FilePage> {
    checkList(what);
    const { recursive, glob, after } = what;
    const path = what.path === '' ? '.' : what.path;
    const fields = { path: 'path', glob: { field: 'glob', given: glob } };
    const order = { path, recursive, glob, after, limit: pageSizeOf(what.pageSize) };
    return this.#with(tenant, sessionId, path, fields, signal, (files) => files.list(order, signal));
  }

  async makeDirectory(
    tenant: string,
    sessionId: string,
    path: string,
    mode: number,
    signal: AbortSignal,
  ): Promise<FileInfo> {
    checkDirectory(path, mode);
    const make = (files: GuestFiles) => files.makeDirectory(path, mode, signal);
    return this.#with(tenant, sessionId, path, { path: 'path' }, signal, make);
  }

  async remove(
    tenant: string,
    sessionId: string,
    path: string,
    recursive: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    checkRemoval(path);
    const remove = (files: GuestFiles) => files.remove(path, recursive, signal);
    return this.#with(tenant, sessionId, path, { path: 'path' }, signal, remove);
  }

  async #with<T>(
    tenant: string,
    sessionId: string,
    path: string,
    fields: FileFields,
    signal: AbortSignal,
    call: (files: GuestFiles) => Promise<T>,
  ): Promise<T> {
    using use = await this.#access.use(tenant, sessionId);
    signal.throwIfAborted();
    try {
      return await call(use.guest.files);
    } catch (error) {
      throw asFileError(error, path, fields, signal);
    }
  }
}
