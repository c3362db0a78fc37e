import { expect, test } from 'vitest';
import { ATTEMPTS } from './attempts.ts';

test('every attempt has a name of its own, and says what it tries', () => {
  const names = ATTEMPTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, tries } of ATTEMPTS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(tries).toMatch(/^[a-z].*[^.]$/);
  }
});

test('those of one subject stand together', () => {
  const subjects = ATTEMPTS.map(({ subject }) => subject).filter((subject, i, all) => subject !== all[i - 1]);
  expect(new Set(subjects).size).toBe(subjects.length);
});
