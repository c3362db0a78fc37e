import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  FileForm,
  type FileInfoSchema,
  FileType,
  type ListFilesRequest,
  type ListFilesResponseSchema,
  type ReadFileRequest,
  type ReadFileResponseSchema,
  type WriteFileHeader,
  type WriteFileRequest,
  type WriteFileResponseSchema,
} from '../../../gen/isol8/v1/file_pb.ts';
import { refusal } from '../../engine/errors.ts';
import type * as engine from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import { Violations } from './violations.ts';

/** A caller's bytes go on in pieces of 64 KiB; more of them at once would only wait here. */
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The header of a WriteFile, and its content as it comes.
 *
 * @throws EngineError INVALID_FIELD, from the content too
 */
export async function fromWriteFileRequests(requests: AsyncIterable<WriteFileRequest>) {
  const parts = requests[Symbol.asyncIterator]();
  const { value: first } = await parts.next();
  const header: WriteFileHeader | undefined = first?.part.case === 'header' ? first.part.value : undefined;
  if (header === undefined) throw refusal([{ field: 'header', description: 'must be the first message' }]);
  const violations = new Violations();
  const { sessionId, path, mode, sha256 } = header;
  if (sessionId === '') violations.wrong('header.session_id', 'is required');
  const form = fromForm('header.form', header.form, violations);
  if (violations.all.length > 0) throw refusal(violations.all);
  return { sessionId, file: { path, mode, sha256, form }, content: contentOf(parts) };
}

async function* contentOf(parts: AsyncIterator<WriteFileRequest>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true) return;
    const { part } = value;
    if (part.case !== 'chunk')
      throw refusal([{ field: 'header', description: 'must be the first message, and only it' }]);
    if (part.value.length > MAX_CHUNK_BYTES) {
      throw refusal([{ field: 'chunk', description: `is longer than ${MAX_CHUNK_BYTES} bytes: send it in pieces` }]);
    }
    yield part.value;
  }
}

/** @throws EngineError INVALID_FIELD */
export function fromReadFileRequest({ sessionId, path, offset, length, form }: ReadFileRequest) {
  const violations = new Violations();
  if (sessionId === '') violations.wrong('session_id', 'is required');
  const file = { path, offset, form: fromForm('form', form, violations), ...known({ length }) };
  if (violations.all.length > 0) throw refusal(violations.all);
  return { sessionId, file };
}

/** @throws EngineError INVALID_FIELD */
export function fromListFilesRequest({ sessionId, path, recursive, glob, pageSize, pageToken }: ListFilesRequest) {
  const violations = new Violations();
  if (sessionId === '') violations.wrong('session_id', 'is required');
  const after = Buffer.from(pageToken, 'base64url');
  if (after.toString('base64url') !== pageToken) violations.wrong('page_token', 'is none of this server');
  if (violations.all.length > 0) throw refusal(violations.all);
  return { sessionId, what: { path, recursive, glob, pageSize, after } };
}

/** Engine to wire. */
export function toFilePage({ files, next }: engine.FilePage) {
  return {
    files: files.map(toFileInfo),
    nextPageToken: Buffer.from(next).toString('base64url'),
  } satisfies MessageInitShape<typeof ListFilesResponseSchema>;
}

/** Engine to wire. */
export function toWrittenFile({ file, sha256, entries }: engine.WrittenFile) {
  return {
    file: toFileInfo(file),
    sha256,
    entries: BigInt(entries),
  } satisfies MessageInitShape<typeof WriteFileResponseSchema>;
}

/** Engine to wire. */
export function toFilePart(part: engine.FilePart): MessageInitShape<typeof ReadFileResponseSchema> {
  switch (part.kind) {
    case 'file':
      return { part: { case: 'file', value: toFileInfo(part.file) } };
    case 'chunk':
      return { part: { case: 'chunk', value: part.chunk } };
    case 'end':
      return { part: { case: 'sha256', value: part.sha256 } };
  }
}

/** Engine to wire. */
export function toFileInfo({ path, type, sizeBytes, mode, modifiedAtNanos }: engine.FileInfo) {
  const nanos = ((modifiedAtNanos % SECOND) + SECOND) % SECOND;
  const modifyTime = { seconds: (modifiedAtNanos - nanos) / SECOND, nanos: Number(nanos) };
  return { path, type: types[type], sizeBytes, mode, modifyTime } satisfies MessageInitShape<typeof FileInfoSchema>;
}

const SECOND = 1_000_000_000n;

const types: Record<engine.FileType, FileType> = {
  REGULAR: FileType.REGULAR,
  DIRECTORY: FileType.DIRECTORY,
  SYMLINK: FileType.SYMLINK,
  OTHER: FileType.OTHER,
};

function fromForm(field: string, form: FileForm, violations: Violations): engine.FileForm {
  switch (form) {
    case FileForm.UNSPECIFIED:
    case FileForm.FILE:
      return 'FILE';
    case FileForm.TAR:
      return 'TAR';
    default:
      violations.wrong(field, `is ${form}, which is neither FILE nor TAR`);
      return 'FILE';
  }
}
