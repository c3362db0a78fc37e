import { expect, test } from 'vitest';
import type { SelfTestVerdict } from '../../engine/types.ts';
import { examinationTable } from './table.ts';

const attempt = (name: string, verdict: SelfTestVerdict, subject = 'mounts') => ({
  name,
  subject,
  verdict,
  tries: `tries ${name}`,
  message: `message of ${name}`,
});

test('a host that holds', () => {
  const setup = [
    { name: 'docker', state: 'ok' as const, detail: '29.0' },
    { name: 'guest', state: 'warning' as const, detail: 'old' },
  ];
  const attempts = [attempt('a', 'REFUSED'), attempt('long-name', 'KNOWN_LIMIT', 'kernel')];
  expect(examinationTable({ setup, attempts })).toBe(`docker         29.0
guest          warning: old

mounts
  refused      a          message of a

kernel
  known limit  long-name  message of long-name

known limit: long-name tries long-name
  message of long-name

2 attempts: 1 refused, 1 known limit; this host keeps what SECURITY.md promises
`);
});

test('a host that does not says so, in full', () => {
  const attempts = [attempt('a', 'SUCCEEDED'), attempt('b', 'NOT_JUDGED'), attempt('c', 'REFUSED')];
  const lines = examinationTable({ setup: [], attempts }, 20).split('\n');
  expect(lines).toContain('  NOT REFUSED  a  m…');
  expect(lines).toContain('NOT REFUSED: a tries a');
  expect(lines).toContain('NOT JUDGED: b tries b');
  expect(lines.at(-2)).toBe('3 attempts: 1 refused, 1 NOT REFUSED, 1 NOT JUDGED; this host is not fit to serve');
});
