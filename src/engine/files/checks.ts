import { posix } from 'node:path';
import { type FieldViolation, refusal } from '../errors.ts';
import { WORKSPACE } from '../runtimes/runtime.ts';
import type { FilesToList, FileToRead, FileToWrite } from './types.ts';

const MAX_PATH_BYTES = 4095;
const MAX_PAGE = 1000;

/** @throws EngineError INVALID_FIELD */
export function checkWrite({ path, mode, sha256 }: FileToWrite): void {
  refuse([
    ...checkPath('header.path', path),
    ...checkMode('header.mode', mode),
    ...(/^([0-9a-f]{64})?$/.test(sha256)
      ? []
      : [{ field: 'header.sha256', description: 'must be 64 lower-case hex digits' }]),
  ]);
}

/** @throws EngineError INVALID_FIELD */
export function checkRead({ path, form, offset, length }: FileToRead): void {
  const ranged = [
    ...(offset === 0n ? [] : [{ field: 'offset', wrong: offset < 0n }]),
    ...(length === undefined ? [] : [{ field: 'length', wrong: length < 0n }]),
  ];
  refuse([
    ...checkPath('path', path),
    ...ranged.flatMap(({ field, wrong }) => {
      if (wrong) return [{ field, description: 'must not be negative' }];
      return form === 'TAR' ? [{ field, description: 'is for a FILE: leave it unset with TAR' }] : [];
    }),
  ]);
}

/** @throws EngineError INVALID_FIELD */
export function checkList({ path, glob, pageSize, after }: FilesToList): void {
  const directory = posix.relative(WORKSPACE, posix.resolve(WORKSPACE, path));
  const isInside = after.length === 0 || directory === '' || startsWith(after, Buffer.from(`${directory}/`));
  refuse([
    ...(path === '' ? [] : checkPath('path', path)),
    ...(Buffer.byteLength(glob) > MAX_PATH_BYTES ? [{ field: 'glob', description: tooLong }] : []),
    ...(pageSize < 0 ? [{ field: 'page_size', description: 'must not be negative' }] : []),
    ...(isInside && after.length <= MAX_PATH_BYTES ? [] : [wrongToken]),
  ]);
}

/** @throws EngineError INVALID_FIELD */
export function checkDirectory(path: string, mode: number): void {
  refuse([...checkPath('path', path), ...checkMode('mode', mode)]);
}

/** @throws EngineError INVALID_FIELD */
export function checkRemoval(path: string): void {
  refuse(checkPath('path', path));
}

/** How many files a page has. */
export function pageSizeOf(asked: number): number {
  return asked === 0 ? MAX_PAGE : Math.min(asked, MAX_PAGE);
}

const tooLong = `is longer than ${MAX_PATH_BYTES} bytes`;
const wrongToken = { field: 'page_token', description: 'is not one of this list: begin without one' };

/** What the guest finds too, where it is plain to see. */
function checkPath(field: string, path: string): FieldViolation[] {
  if (path === '') return [{ field, description: 'is required' }];
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return [{ field, description: tooLong }];
  return [];
}

function checkMode(field: string, mode: number): FieldViolation[] {
  return mode <= 0o777 ? [] : [{ field, description: 'must be permission bits, 0 to 0777 (octal)' }];
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length > prefix.length && prefix.every((byte, i) => byte === bytes[i]);
}

function refuse(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw refusal(violations);
}
