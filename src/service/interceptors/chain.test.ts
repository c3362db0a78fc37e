import { pino } from 'pino';
import { expect, test } from 'vitest';
import { interceptors } from './chain.ts';

test('the order of the interceptors', () => {
  const stopping = new AbortController().signal;
  const list = interceptors({ log: pino({ level: 'silent' }), stopping, grant: undefined });
  expect(list.map(([name]) => name)).toEqual(['logging', 'errors', 'draining', 'tenant']);
});
