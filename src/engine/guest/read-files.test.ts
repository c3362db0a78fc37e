import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { type ReadFilesResponse, ReadFilesResponseSchema } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { type ReadPart, readParts } from './read-files.ts';
import { ProtocolViolation } from './violation.ts';

type Part = NonNullable<MessageInitShape<typeof ReadFilesResponseSchema>['part']>;

const KIB = 1024;
const file = (path: string, size: number): Part => ({
  case: 'file',
  value: { path, mode: 0o644, sizeBytes: BigInt(size) },
});
const chunk = (bytes: number): Part => ({ case: 'chunk', value: new Uint8Array(bytes) });
const failure = (path: string): Part => ({ case: 'failure', value: { path, reason: 1 } });

async function read(patterns: string[], ...parts: Part[]): Promise<ReadPart[]> {
  async function* responses(): AsyncGenerator<ReadFilesResponse> {
    for (const part of parts) yield create(ReadFilesResponseSchema, { part });
  }
  const all: ReadPart[] = [];
  for await (const part of readParts(responses(), patterns, 200 * KIB, 3)) all.push(part);
  return all;
}

test('files as ours gives them', async () => {
  const parts = await read(
    ['b.txt', '/sandbox/./a*', 'none'],
    file('a', 0),
    file('a/1', 65 * KIB),
    chunk(64 * KIB),
    chunk(KIB),
    file('b.txt', 1),
    failure('b.txt'),
    failure('none'),
  );
  expect(parts.map((part) => [part.path, part.kind === 'chunk' ? part.last : part.reason])).toEqual([
    ['a', true],
    ['a/1', false],
    ['a/1', true],
    ['b.txt', 'does not exist'],
    ['none', 'does not exist'],
  ]);
});

test.each<[string, Part[]]>([
  ['a file outside', [file('../a', 1)]],
  ['an absolute path', [file('/sandbox/a', 1)]],
  ['a longer way to a file', [file('./a', 1)]],
  ['a file that was not asked for', [file('b', 1)]],
  ['a file twice', [file('a', 0), file('a', 0)]],
  ['files out of order', [file('d/2', 0), file('d/1', 0)]],
  ['a negative size', [file('a', -1)]],
  ['more bytes than may be', [file('a', 201 * KIB)]],
  ['more files than may be', [file('a', 0), file('d/1', 0), file('d/2', 0), file('d/3', 0)]],
  ['small pieces', [file('a', 2), chunk(1)]],
  ['an empty piece', [file('a', 2), chunk(0)]],
  ['too large a piece', [file('a', 100 * KIB), chunk(65 * KIB)]],
  ['more than its size', [file('a', 1), chunk(1), chunk(1)]],
  ['less than its size', [file('a', 1)]],
  ['a file in a file', [file('a', 1), file('d/1', 1)]],
  ['failures without end', Array.from({ length: 6 }, () => failure('a'))],
  ['a failure with too long a path', [failure('a'.repeat(5000))]],
  ['nothing', [{ case: undefined }]],
])('%s is refused', async (_name, parts) => {
  await expect(read(['a', 'd/*'], ...parts)).rejects.toThrow(ProtocolViolation);
});
