import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guestFingerprint, isGuest } from './volume.ts';

const right = { sha256: 'abc', mode: '0711', uid: 0, gid: 0, size: 7 };

test('only the very guest is the guest', () => {
  expect(isGuest(JSON.stringify(right), 'abc')).toBe(true);
  for (const wrong of [{ sha256: 'abd' }, { mode: '0755' }, { mode: '4711' }, { uid: 1 }, { gid: 1 }]) {
    expect(isGuest(JSON.stringify({ ...right, ...wrong }), 'abc')).toBe(false);
  }
  for (const line of ['', '{}', 'null', '{"error":"open"}', 'abc']) expect(isGuest(line, 'abc')).toBe(false);
});

test('a guest that was written to has another fingerprint, even with the same size and time', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  try {
    const file = join(directory, 'isol8-guest');
    const time = new Date(0);
    await writeFile(file, 'guest');
    await utimes(file, time, time);
    const before = await guestFingerprint(file);
    expect(before).toBeDefined();
    expect(await guestFingerprint(file)).toBe(before);

    await writeFile(join(directory, 'evil'), 'thief');
    await utimes(join(directory, 'evil'), time, time);
    await rename(join(directory, 'evil'), file);
    expect(await guestFingerprint(file)).not.toBe(before);
    expect(await guestFingerprint(join(directory, 'none'))).toBeUndefined();
  } finally {
    await rm(directory, { recursive: true });
  }
});
