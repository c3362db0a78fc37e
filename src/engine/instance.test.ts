import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../config.ts';
import { instanceId, lockDataDir } from './instance.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isol8-instance-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the id is made with its directory, for this user alone, and stays', async () => {
  const dataDir = join(folder, 'a', 'b');
  const ids = await Promise.all([instanceId(dataDir), instanceId(dataDir)]);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  expect([ids[1], await instanceId(dataDir)]).toEqual([ids[0], ids[0]]);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
});

test.each([
  ['/proc/isol8', 'ENOENT'],
  ['/proc/isol8/below', 'ENOENT'],
  ['FOLDER/file', 'ENOTDIR'],
  ['FOLDER/file/below', 'ENOTDIR'],
])('%s is refused in a line with the remedy', async (path, code) => {
  writeFileSync(join(folder, 'file'), '');
  const dataDir = path.replace('FOLDER', folder);
  const says = `ISOL8_DATA_DIR: ${dataDir} cannot be made or written (${code}): choose a directory that this user can write`;
  await expect(instanceId(dataDir)).rejects.toThrow(new ConfigError(says));
});

test('a file that holds no id is not overwritten', async () => {
  writeFileSync(join(folder, 'instance'), 'something else');
  await expect(instanceId(folder)).rejects.toThrow(/does not hold an instance id: remove it/);
});

test('a directory is one server’s', () => {
  using _lock = lockDataDir(folder);
  expect(() => lockDataDir(folder)).toThrow(/another isol8 works in/);
  expect(() => lockDataDir(join(folder, 'nowhere'))).toThrow(/ISOL8_DATA_DIR: .* cannot be locked/);
});
