import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeStalePidFile } from './stale-pid.ts';

const folder = mkdtempSync(join(tmpdir(), 'isol8-pid-'));
const path = join(folder, 'daemon.pid');
afterAll(() => rmSync(folder, { recursive: true }));

async function isKept(content: string, program: string): Promise<boolean> {
  writeFileSync(path, content);
  await removeStalePidFile(path, program);
  return existsSync(path);
}

test('a pid file stays while its program runs, and goes when the number is nobody’s or another’s', async () => {
  const own = readFileSync('/proc/self/comm', 'utf8').trim();
  expect(await isKept(String(process.pid), own)).toBe(true);
  expect(await isKept(String(process.pid), 'dockerd')).toBe(false);
  expect(await isKept('4194305', 'dockerd')).toBe(false);
  expect(await isKept('no number', 'dockerd')).toBe(true);
  rmSync(path);
  await removeStalePidFile(path, 'dockerd');
});
