import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileForm, FileType } from '../../gen/isol8/v1/file_pb.ts';
import { connect, type Isol8Client, refusalFrom } from '../support/client.ts';
import { sha256 } from '../support/collect.ts';
import { heldMemory } from '../support/memory.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { FilesOf } from '../support/session-files.ts';
import { openSession, type TestSession } from '../support/sessions.ts';

const MIB = 1024 * 1024;

let server: TestServer;
let isol8: Isol8Client;
let session: TestSession;
let files: FilesOf;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  isol8 = server.client.isol8;
  session = await openSession(isol8, 'bash', { policy: { limits: { workspaceBytes: BigInt(400 * MIB) } } });
  files = new FilesOf(isol8, session.id);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const bash = (command: string) => isol8.execute({ sessionId: session.id, source: { case: 'command', value: command } });

test('a file goes in as it is, whatever its name, and programs see it', async () => {
  const content = Buffer.concat([randomBytes(5 * MIB), Buffer.from('\0\xff\n', 'latin1')]);
  const path = `deep/er/a b;'"$(touch pwned)\`x\`\n*.bin`;
  const written = await files.write({ path, mode: 0o640, sha256: sha256(content) }, [
    content.subarray(0, 4 * MIB),
    content.subarray(4 * MIB),
  ]);
  expect(written).toMatchObject({
    sha256: sha256(content),
    file: { path, type: FileType.REGULAR, sizeBytes: BigInt(content.length), mode: 0o640 },
  });
  expect(Number(written.file?.modifyTime?.seconds)).toBeCloseTo(Date.now() / 1000, -2);
  expect((await bash('sha256sum < deep/er/*; ls')).stdout).toBe(`${sha256(content)}  -\ndeep\n`);
  expect((await files.read(path)).equals(content)).toBe(true);
  expect(
    (await files.read(`/sandbox/${path}`, { offset: 70_000n, length: 200_000n })).equals(
      content.subarray(70_000, 270_000),
    ),
  ).toBe(true);
  expect(await files.list('')).toEqual(['deep', 'deep/er', path]);
  await isol8.removeFile({ sessionId: session.id, path: 'deep', recursive: true });
  expect(await files.list('')).toEqual([]);
});

test('many writers of one file: it is always one of theirs, whole', async () => {
  const contents = Array.from({ length: 6 }, () => randomBytes(5 * MIB));
  const writing = contents.map((content) =>
    files.write({ path: 'one' }, [content.subarray(0, MIB), content.subarray(MIB, 4 * MIB), content.subarray(4 * MIB)]),
  );
  await Promise.all(writing);
  const end = await files.read('one');
  expect(contents.some((content) => content.equals(end))).toBe(true);
  expect(await files.list('')).toEqual(['one']);
});

/** Moving this much takes minutes where others work too. */
const LARGE_TIMEOUT_MS = 400_000;

/** Memory that is held beyond what was at first, looked at now and then, in MiB. */
class Growth {
  readonly #base = heldMemory();
  #looks = 0;
  most = 0;

  look(): void {
    if (this.#looks++ % 200 === 0) this.most = Math.max(this.most, heldMemory() - this.#base);
  }
}

test('300 MB pass through and nothing of them stays in the server', { timeout: LARGE_TIMEOUT_MS }, async () => {
  const block = randomBytes(MIB / 4);
  const hash = createHash('sha256');
  const growth = new Growth();
  async function* content() {
    for (let i = 0; i < 1200; i++) {
      growth.look();
      hash.update(block);
      yield block;
    }
  }
  const written = await files.write({ path: 'big' }, content());
  expect(written).toMatchObject({ sha256: hash.digest('hex'), file: { sizeBytes: BigInt(1200 * block.length) } });
  let bytes = 0;
  let said = '';
  for await (const { part } of isol8.readFile({ sessionId: session.id, path: 'big' })) {
    growth.look();
    if (part.case === 'chunk') bytes += part.value.length;
    if (part.case === 'sha256') said = part.value;
  }
  expect([bytes, said]).toEqual([1200 * block.length, written.sha256]);
  // Server and client are one process here.
  expect(growth.most).toBeLessThan(30);
});

test('a reader that waits holds the sandbox back, and not memory', { timeout: LARGE_TIMEOUT_MS }, async () => {
  const before = heldMemory();
  const parts = isol8.readFile({ sessionId: session.id, path: 'big' })[Symbol.asyncIterator]();
  let bytes = 0;
  const take = async () => {
    const { value, done } = await parts.next();
    if (done !== true && value.part.case === 'chunk') bytes += value.part.value.length;
    return done !== true;
  };
  await take();
  await take();
  await bash('sleep 1');
  expect(heldMemory() - before).toBeLessThan(20);
  while (await take());
  expect(bytes).toBe(300 * MIB);
});

test('a full disk: nothing of the file is there, and what was is as it was', async () => {
  await files.write({ path: 'small' }, [Buffer.from('old')]);
  const blocks = Array.from({ length: 110 }, () => Buffer.alloc(MIB));
  const refusal = await refusalFrom((options) => files.write({ path: 'small' }, blocks, options));
  expect(refusal).toMatchObject({ reason: 'DISK_FULL' });
  expect(String(await files.read('small'))).toBe('old');
  expect(await files.list('')).toEqual(['big', 'one', 'small']);
  await isol8.removeFile({ sessionId: session.id, path: 'big' });
});

test('a call that is broken off leaves nothing, and its worker is gone', async () => {
  using other = connect(server.address, TEST_KEY);
  const calling = new AbortController();
  const begun = Promise.withResolvers<void>();
  async function* parts() {
    yield { part: { case: 'header' as const, value: { sessionId: session.id, path: 'new/cancelled' } } };
    for (let i = 0; ; i++) {
      yield { part: { case: 'chunk' as const, value: Buffer.alloc(65_536) } };
      if (i === 32) begun.resolve();
      if (i > 32) await delay(5);
    }
  }
  const writing = other.isol8.writeFile(parts(), { signal: calling.signal });
  await begun.promise;
  calling.abort();
  await expect(writing).rejects.toThrow();
  const reading = isol8.readFile({ sessionId: session.id, path: 'one' });
  for await (const _ of reading) break;
  const workers = async () =>
    (await bash('cat /proc/[0-9]*/cmdline | tr "\\0" " "')).stdout.includes('isol8-guest files');
  for (let i = 0; (await workers()) || (await files.list('')).includes('new'); i++) {
    if (i > 100) throw new Error('something stays');
    await delay(50);
  }
});

test('a tree comes back as it went', async () => {
  await bash(`mkdir -p tree/empty 'tree/with space/ü'; echo x > 'tree/with space/ü/file'; chmod 751 tree/empty
    ln -s '../with space' tree/empty/link; echo '#!' > tree/run; chmod 755 tree/run; mkfifo tree/pipe`);
  const archive = await files.read('tree', { form: FileForm.TAR });
  const unpacked = await files.write({ path: 'copy', form: FileForm.TAR }, [archive]);
  expect(unpacked).toMatchObject({
    entries: 6n,
    sha256: sha256(archive),
    file: { path: 'copy', type: FileType.DIRECTORY },
  });
  expect(
    (
      await bash(
        'rm tree/pipe; diff -r --no-dereference tree copy && cd copy && stat -c "%n %A" empty run && tar -tf - >/dev/null 2>&1; echo done',
      )
    ).stdout,
  ).toBe('empty drwxr-x--x\nrun -rwxr-xr-x\ndone\n');
  expect(await files.read('copy', { form: FileForm.TAR }).then((copy) => copy.length)).toBe(archive.length);
});

test('a page goes on where the last one ended', async () => {
  await bash('mkdir many; cd many; for ((i = 0; i < 250; i++)); do : > f$i; done');
  const first = await isol8.listFiles({ sessionId: session.id, path: 'many', glob: 'f*', pageSize: 200 });
  await isol8.removeFile({ sessionId: session.id, path: first.files.at(-1)?.path ?? '' });
  const second = await isol8.listFiles({
    sessionId: session.id,
    path: 'many',
    glob: 'f*',
    pageSize: 200,
    pageToken: first.nextPageToken,
  });
  expect(first.files).toHaveLength(200);
  expect(second.files).toHaveLength(50);
  expect(second.nextPageToken).toBe('');
  expect(new Set([...first.files, ...second.files].map(({ path }) => path)).size).toBe(250);
});

test('a directory is made once, and what is not there is removed already', async () => {
  const { directory } = await isol8.makeDirectory({ sessionId: session.id, path: '/sandbox/made/in', mode: 0o711 });
  expect(directory).toMatchObject({ path: 'made/in', type: FileType.DIRECTORY, mode: 0o711, sizeBytes: 0n });
  await isol8.makeDirectory({ sessionId: session.id, path: 'made/in' });
  await isol8.removeFile({ sessionId: session.id, path: 'made/none/at/all' });
});
