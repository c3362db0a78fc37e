import { expect, test } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { type SessionRecord, SessionTable } from '../store/session-table.ts';
import { nextLook, whyOver } from './lease.ts';
import { MainFiles } from './main-files.ts';
import { SecretsSeen } from './secrets-seen.ts';

const lease = { expiresAt: 100_000, idleTimeoutMs: 10_000, lastUsedAt: 20_000 };

test('a lease ends at its time, or when nothing has used it for long', () => {
  expect(whyOver(lease, false, 29_999)).toBeUndefined();
  expect(whyOver(lease, false, 30_000)).toBe('nothing used it for 10 s');
  expect(whyOver(lease, true, 99_999)).toBeUndefined();
  expect(whyOver(lease, true, 100_000)).toBe('its lifetime was over');
  expect(nextLook(lease, false, 25_000)).toBe(5_000);
  expect(nextLook(lease, true, 25_000)).toBe(75_000);
  expect(nextLook({ ...lease, expiresAt: 1e15 }, true, 0)).toBe(2 ** 31 - 1);
});

test('programs of one session have files of their own, and names are used again', () => {
  const files = new MainFiles('main.py');
  expect([files.take(), files.take(), files.take()]).toEqual(['.main.py', '.main-2.py', '.main-3.py']);
  files.free('.main-2.py');
  files.free('something else');
  expect([files.take(), files.take()]).toEqual(['.main-2.py', '.main-4.py']);
});

test('the latest secrets are remembered, as many as fit', () => {
  const seen = new SecretsSeen();
  seen.with({ A: 'first-secret' });
  expect(Object.values(seen.with({ B: 'second-secret' }))).toEqual(['second-secret', 'first-secret']);
  const large = 'x'.repeat(8 * 1024 - 5);
  expect(Object.values(seen.with({ C: large }))).toEqual([large]);
});

const record: SessionRecord = {
  tenant: 't',
  id: 's',
  runtime: 'python',
  container: 'c1',
  key: Uint8Array.of(1, 2, 3),
  uid: 30_000,
  guestDigest: 'd',
  imageEnvironment: ['A=b'],
  policy: { profile: 'default' } as SessionRecord['policy'],
  labels: { a: 'ü' },
  createdAt: 1,
  expiresAt: 2,
  idleTimeoutMs: 3,
  lastUsedAt: 4,
  executions: 5,
  ready: true,
};

test('a record is read as it was written; one that was replaced is not removed with the old one', () => {
  const database = openDatabase(':memory:');
  const table = new SessionTable(database);
  table.put(record);
  expect(table.all()).toEqual([record]);
  const next = { ...record, container: 'c2', executions: 6 };
  table.put(next);
  table.remove(record);
  expect(table.all()).toEqual([next]);
  table.remove(next);
  expect(table.all()).toEqual([]);
  database.close();
});
