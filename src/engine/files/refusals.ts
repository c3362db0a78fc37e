import { EngineError, refusal } from '../errors.ts';
import { CallReset, GuestStatus } from '../guest/connection.ts';
import { FileRefusal } from '../guest/file-entry.ts';
import { FileTimeout } from '../guest/files.ts';
import { LinkLost, ProtocolViolation } from '../guest/violation.ts';

/** Names of the fields of a call that a guest can find wrong. */
export interface FileFields {
  readonly path: string;
  readonly sha256?: string;
  readonly content?: string;
  /** The glob as it was given, and its field. */
  readonly glob?: { readonly field: string; readonly given: string };
}

/** What a file call that failed is for its caller. */
export function asFileError(error: unknown, path: string, fields: FileFields, signal: AbortSignal): unknown {
  if (signal.aborted && error instanceof CallReset) return signal.reason;
  const metadata = { path: path.slice(0, 1024) };
  const refused = (why: string) => new EngineError('FILE_REFUSED', `${show(path)} ${why}`, { metadata, cause: error });
  if (error instanceof FileRefusal) return refusalOf(error, path, fields, metadata);
  // Code can do that to the worker, which runs as its user.
  if (error instanceof FileTimeout)
    return refused('was not handled in time; what runs in the session may keep it from it');
  if (error instanceof GuestStatus || error instanceof CallReset) {
    return refused('was not handled: the session’s file worker was ended');
  }
  if (error instanceof LinkLost || error instanceof ProtocolViolation) {
    return refused('was not handled to its end: the link to the session broke; see GetSession');
  }
  return error;
}

function refusalOf(error: FileRefusal, path: string, fields: FileFields, metadata: { path: string }): EngineError {
  const description = `${error.message}${note(error.note)}`;
  const wrong = (field: string, given: string) =>
    refusal([{ field, description: `${show(given)} ${description}` }], metadata);
  switch (error.reason) {
    case 'NOT_FOUND':
      return new EngineError('FILE_NOT_FOUND', `${show(path)} does not exist`, { metadata });
    case 'NO_SPACE':
      return new EngineError('DISK_FULL', `${show(path)} ${description}`, { metadata });
    case 'OUTSIDE':
    case 'BAD_NAME':
      if (fields.glob !== undefined && error.path === fields.glob.given) return wrong(fields.glob.field, error.path);
      return wrong(fields.path, path);
    case 'WRONG_DIGEST':
      return wrong(fields.sha256 ?? fields.path, path);
    case 'BAD_ARCHIVE':
      return wrong(fields.content ?? fields.path, path);
    default:
      return new EngineError('FILE_REFUSED', `${show(path)} ${description}`, { metadata });
  }
}

function show(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}

/** What the guest adds, which may be anything. */
function note(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 400);
  return line === '' ? '' : ` (${line})`;
}
