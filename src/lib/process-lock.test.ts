import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockForProcess } from './process-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'isol8-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Takes the lock in another process, which is killed while it holds it. */
function takeElsewhere(path: string): string {
  const program = `
    import { lockForProcess } from ${JSON.stringify(new URL('process-lock.ts', import.meta.url).href)};
    const lock = lockForProcess(${JSON.stringify(path)});
    process.stdout.write(lock === undefined ? 'refused' : 'held', () => process.kill(process.pid, 'SIGKILL'));
  `;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout;
}

test('one process holds it, until it gives it back or is killed', () => {
  const path = join(folder, 'lock');
  const lock = lockForProcess(path);
  expect(lock).toBeDefined();
  expect(takeElsewhere(path)).toBe('refused');
  lock?.[Symbol.dispose]();
  expect(takeElsewhere(path)).toBe('held');
  const again = lockForProcess(path);
  expect(again).toBeDefined();
  again?.[Symbol.dispose]();
});
