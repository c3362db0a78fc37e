import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFile } from './file-lock.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  path = join(directory, 'lock');
});

afterEach(() => rm(directory, { recursive: true }));

test('one holds it at a time, and the next one is told whom it waits for', async () => {
  const events: string[] = [];
  const first = await lockFile(path);
  const second = lockFile(path, (pid) => events.push(`waits for ${pid === process.pid ? 'us' : pid}`)).then((lock) => {
    events.push('second has it');
    return lock;
  });
  await expect.poll(() => events).toEqual(['waits for us']);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  expect(events).toEqual(['waits for us', 'second has it']);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  const { pid } = spawnSync('true');
  await writeFile(path, String(pid));
  await using _lock = await lockFile(path);
  expect(existsSync(path)).toBe(true);
});
