import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CancelledError,
  DeadlineExceededError,
  type FileContent,
  InvalidRequestError,
  Isol8,
  NotFoundError,
  PreconditionError,
  ResourceExhaustedError,
  type Session,
} from '../../clients/typescript/src/index.ts';
import { sha256 } from '../support/collect.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
let isol8: Isol8;
let session: Session;
let folder: string;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  isol8 = new Isol8({ address: server.address, apiKey: TEST_KEY });
  session = await isol8.sessions.create({ runtime: 'python' });
  folder = await mkdtemp(join(tmpdir(), 'isol8-files-'));
});
afterAll(async () => {
  await session.delete();
  isol8.close();
  await rm(folder, { recursive: true });
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const paths = async (path: string) => {
  const all: string[] = [];
  for await (const file of session.files.list(path, { recursive: true })) all.push(file.path);
  return all;
};

async function* pieces() {
  yield 'one ';
  yield new Uint8Array();
  yield Buffer.from('twö ');
  yield new TextEncoder().encode('three').buffer;
}

test.each<[string, () => FileContent]>([
  ['text', () => 'one twö three'],
  ['bytes', () => Buffer.from('one twö three')],
  ['an ArrayBuffer', () => new TextEncoder().encode('one twö three').buffer],
  ['a Blob', () => new Blob(['one twö three'])],
  ['a Node.js stream', () => Readable.from(pieces(), { objectMode: true })],
  ['a Web stream', () => ReadableStream.from(['one ', 'twö ', 'three'])],
  ['a body', () => new Response('one twö three').body as ReadableStream<Uint8Array>],
  ['an iterable', () => ['one ', 'twö ', 'three']],
  ['an async iterable', () => pieces()],
])('%s is written', async (_, content) => {
  const written = await session.files.write('kinds', content());
  expect(written).toMatchObject({ file: { path: 'kinds', type: 'REGULAR', sizeBytes: 14, mode: 0o644 } });
  expect(await session.files.readText('kinds')).toBe('one twö three');
});

test.each([[5], [null], [undefined], [{}], [[1]]])('%j is not, and says why', async (content) => {
  const writing = session.files.write('kinds', content as never);
  await expect(writing).rejects.toThrow(InvalidRequestError);
  await expect(writing).rejects.toThrow('data: must be a string or a Uint8Array');
});

test('large files go to and fro whole, from a file and as a stream', async () => {
  const content = Buffer.alloc(20_000_000, 'so many bytes ');
  const from = join(folder, 'large');
  await writeFile(from, content);
  const { sha256: said } = await session.files.write('large', createReadStream(from));
  expect(said).toBe(sha256(content));
  expect(sha256(await session.files.read('large'))).toBe(said);
  let bytes = 0;
  for await (const chunk of session.files.stream('large', { offset: 5_000_000 })) bytes += chunk.length;
  expect(bytes).toBe(15_000_000);
  await session.files.remove('large');
});

test.each([0, 1, 5, 50])('a source that fails after %i ms leaves nothing, and fails as itself', async (afterMs) => {
  const broken = async function* () {
    yield 'some';
    await sleep(afterMs);
    throw new RangeError('the source broke');
  };
  const name = `broken${afterMs}`;
  await expect(session.files.write(name, broken())).rejects.toThrow(RangeError);
  await expect(session.files.write(name, createReadStream(join(folder, 'none')))).rejects.toThrow('ENOENT');
  await sleep(200);
  expect(await paths('')).not.toContain(name);
});

test('a source that never ends is cancelled, and so is one that is refused', async () => {
  const caller = new AbortController();
  const endless = async function* () {
    for (let i = 0; ; i++) {
      yield new Uint8Array(65_536);
      if (i === 20) caller.abort();
    }
  };
  await expect(session.files.write('endless', endless(), { signal: caller.signal })).rejects.toThrow(CancelledError);
  const stalled = async function* () {
    yield 'some';
    await new Promise(() => {});
  };
  const soon = AbortSignal.timeout(300);
  await expect(session.files.write('stalled', stalled(), { signal: soon })).rejects.toThrow(CancelledError);
  const late = session.files.write('late', stalled(), { deadlineMs: 300 });
  await expect(late).rejects.toThrow(DeadlineExceededError);
  await expect(late).rejects.toThrow('deadline of 300 ms');
  const full = async function* () {
    for (;;) yield new Uint8Array(1_000_000);
  };
  await expect(session.files.write('full', full())).rejects.toThrow(ResourceExhaustedError);
  await sleep(200);
  expect((await paths('')).filter((name) => /endless|stalled|late|full/.test(name))).toEqual([]);
});

test('a stream that is left is cancelled; one of what is not there fails when it is read', async () => {
  await session.files.write('long', new Uint8Array(8_000_000));
  for await (const chunk of session.files.stream('long')) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  await session.files.stream('long').cancel();
  await expect(new Response(session.files.stream('none')).bytes()).rejects.toThrow(NotFoundError);
  await expect(session.files.read('/etc/passwd')).rejects.toThrow(InvalidRequestError);
  await expect(session.files.remove('none/at/all')).resolves.toBeUndefined();
  await session.files.remove('long');
});

test('lists go on over their pages', async () => {
  await session.execute({ code: 'import os; os.mkdir("many"); [open(f"many/{i:03}", "w") for i in range(25)]' });
  const names: string[] = [];
  for await (const { path } of session.files.list('many', { pageSize: 10 })) names.push(path);
  expect(names).toEqual(Array.from({ length: 25 }, (_, i) => `many/${String(i).padStart(3, '0')}`));
  await session.files.remove('many', { recursive: true });
});

test('directories go to and fro, with modes and empty ones, links named', async () => {
  const from = join(folder, 'tree');
  await mkdir(join(from, 'sub', 'empty'), { recursive: true });
  await writeFile(join(from, 'run.sh'), '#!/bin/sh\necho ran');
  await chmod(join(from, 'run.sh'), 0o755);
  await writeFile(join(from, 'sub', 'a b.txt'), 'spaced');
  await symlink('/etc/passwd', join(from, 'link'));
  const up = await session.files.uploadDirectory(from, 'tree');
  expect(up).toEqual({ files: ['run.sh', 'sub/a b.txt'], leftOut: ['link'] });
  expect((await session.execute({ command: 'tree/run.sh; ls -R tree' })).stdout).toMatch(/^ran\ntree:\nrun.sh\nsub\n/);
  const to = join(folder, 'back');
  expect(await session.files.downloadDirectory('/sandbox/tree', to)).toEqual({
    files: ['run.sh', 'sub/a b.txt'],
    leftOut: [],
  });
  expect((await readdir(to, { recursive: true })).sort()).toEqual(['run.sh', 'sub', 'sub/a b.txt', 'sub/empty']);
  expect((await stat(join(to, 'run.sh'))).mode & 0o777).toBe(0o755);
  await expect(session.files.downloadDirectory('tree', to)).rejects.toThrow(
    /to: .* must be a new or an empty directory/,
  );
  await expect(session.files.uploadDirectory(join(folder, 'none'), 'x')).rejects.toThrow('ENOENT');
});

test('what a sandbox calls its files stays inside of the directory that it is downloaded to', async () => {
  const code = [
    'import os',
    'os.makedirs("hostile/d")',
    'os.symlink("/etc", "hostile/out")',
    'os.symlink("..", "hostile/d/up")',
    'open("hostile/..evil", "w").write("fine")',
    'open("hostile/back\\\\slash", "w").write("fine")',
    'os.mkfifo("hostile/pipe")',
  ];
  await session.execute({ code: code.join('\n') });
  const to = join(folder, 'hostile');
  const { files, leftOut } = await session.files.downloadDirectory('hostile', to);
  expect({ files, leftOut }).toEqual({ files: ['..evil', 'back\\slash'], leftOut: ['d/up', 'out', 'pipe'] });
  expect(await readFile(join(to, '..evil'), 'utf8')).toBe('fine');
  expect((await readdir(to, { recursive: true })).sort()).toEqual(['..evil', 'back\\slash', 'd']);
});

test('a directory is no file, and a session that is gone has none', async () => {
  await session.files.mkdir('dir', { mode: 0o700 });
  await expect(session.files.read('dir')).rejects.toThrow(PreconditionError);
  const other = await isol8.sessions.create({ runtime: 'bash' });
  await other.delete();
  await other.delete();
  await expect(other.files.read('x')).rejects.toThrow(NotFoundError);
  await expect(other.execute({ code: '1' })).rejects.toMatchObject({ reason: 'SESSION_NOT_FOUND' });
});
