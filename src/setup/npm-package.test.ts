import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract, type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPackage } from './npm-package.ts';

let directory: string;
let archive: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  await mkdir(join(directory, 'package/bin'), { recursive: true });
  await writeFile(join(directory, 'package/bin/tool'), 'the tool', { mode: 0o755 });
  await writeFile(join(directory, 'package/README.md'), 'words');
  archive = join(directory, 'p.tgz');
  execFileSync('tar', ['-C', directory, '-czf', archive, 'package']);
});

afterAll(() => rm(directory, { recursive: true }));

async function added(files: Record<string, string>, links: Record<string, string> = {}): Promise<Header[]> {
  const context = pack();
  const pin = { name: 'p', version: '1.0.0', integrity: '', files, links };
  const adding = addPackage(context, { pin, archive, [Symbol.asyncDispose]: async () => {} }).then(() =>
    context.finalize(),
  );
  const entries = extract();
  context.pipe(entries);
  const headers: Header[] = [];
  for await (const entry of entries) {
    headers.push(entry.header);
    entry.resume();
  }
  await adding;
  return headers;
}

test('the named file goes where the image wants it', async () => {
  const headers = await added({ 'bin/tool': 'usr/local/bin/tool' }, { 'usr/local/bin/t': 'tool' });
  expect(headers).toMatchObject([
    { name: 'rootfs/usr/local/bin/tool', mode: 0o755, size: 8, uid: 0, gid: 0, type: 'file' },
    { name: 'rootfs/usr/local/bin/t', type: 'symlink', linkname: 'tool' },
  ]);
});

test('a whole package goes into a folder', async () => {
  const headers = await added({ '': 'lib/p/' });
  expect(headers.map(({ name, mode }) => [name, mode]).sort()).toEqual([
    ['rootfs/lib/p/README.md', 0o644],
    ['rootfs/lib/p/bin/tool', 0o755],
  ]);
});
