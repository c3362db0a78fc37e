import { createHash } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { FileKind, type GetFileResponse, GetFileResponseSchema } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { FileRefusal } from './file-entry.ts';
import { type GetOrder, getParts } from './get-file.ts';
import { ProtocolViolation } from './violation.ts';

type Part = NonNullable<MessageInitShape<typeof GetFileResponseSchema>['part']>;

const KIB = 1024;
const FILE: GetOrder = { path: 'a', form: 'FILE', offset: 0n };
const TAR: GetOrder = { path: 'a', form: 'TAR', offset: 0n };
const file = (size: number, kind: FileKind = FileKind.REGULAR): Part => ({
  case: 'file',
  value: { path: 'a', kind, sizeBytes: BigInt(size), mode: 0o644 },
});
const directory = file(0, FileKind.DIRECTORY);
const chunk = (bytes: number): Part => ({ case: 'chunk', value: new Uint8Array(bytes) });
const end = (bytes: number): Part => ({
  case: 'sha256',
  value: createHash('sha256').update(new Uint8Array(bytes)).digest('hex'),
});

async function read(order: GetOrder, ...parts: Part[]): Promise<number> {
  async function* responses(): AsyncGenerator<GetFileResponse> {
    for (const part of parts) yield create(GetFileResponseSchema, { part });
  }
  let bytes = 0;
  for await (const part of getParts(responses(), order)) if (part.kind === 'chunk') bytes += part.chunk.length;
  return bytes;
}

test.each<[string, GetOrder, Part[], number]>([
  ['a file', FILE, [file(65 * KIB), chunk(64 * KIB), chunk(KIB), end(65 * KIB)], 65 * KIB],
  ['an empty file', FILE, [file(0), end(0)], 0],
  ['a part of a file', { ...FILE, offset: 10n, length: 5n }, [file(100), chunk(5), end(5)], 5],
  ['the end of a file', { ...FILE, offset: 90n, length: 50n }, [file(100), chunk(10), end(10)], 10],
  ['what is beyond it', { ...FILE, offset: 200n }, [file(100), end(0)], 0],
  ['an archive', TAR, [directory, chunk(64 * KIB), chunk(512), end(64 * KIB + 512)], 64 * KIB + 512],
])('%s as ours gives it', async (_name, order, parts, bytes) => {
  expect(await read(order, ...parts)).toBe(bytes);
});

test.each<[string, GetOrder, Part[]]>([
  ['nothing', FILE, []],
  ['content without a file', FILE, [chunk(1)]],
  ['two files', FILE, [file(0), file(0)]],
  ['a directory for a file', FILE, [directory]],
  ['a file for an archive', TAR, [file(0)]],
  ['a negative size', FILE, [file(-1)]],
  ['a file of no kind', FILE, [file(0, 9 as FileKind)]],
  ['small pieces', FILE, [file(2), chunk(1)]],
  ['an empty piece', TAR, [directory, chunk(0)]],
  ['too large a piece', TAR, [directory, chunk(65 * KIB)]],
  ['small pieces of an archive', TAR, [directory, chunk(512), chunk(512)]],
  ['more than its size', FILE, [file(1), chunk(1), chunk(1)]],
  ['more than was asked for', { ...FILE, length: 1n }, [file(5), chunk(5)]],
  ['an end too early', FILE, [file(1), end(0)]],
  ['no end', FILE, [file(1), chunk(1)]],
  ['another digest', FILE, [file(1), chunk(1), end(2)]],
  ['more than the end', FILE, [file(0), end(0), end(0)]],
  ['a failure without a reason', FILE, [{ case: 'failure', value: { path: 'a' } }]],
  ['an answer that says nothing', FILE, [{ case: undefined }]],
])('%s is refused', async (_name, order, parts) => {
  await expect(read(order, ...parts)).rejects.toThrow(ProtocolViolation);
});

test('a failure says why', async () => {
  const failure: Part = { case: 'failure', value: { path: 'a', reason: 1, message: 'gone' } };
  await expect(read(FILE, failure)).rejects.toMatchObject({
    name: FileRefusal.name,
    reason: 'NOT_FOUND',
    note: 'gone',
  });
});
