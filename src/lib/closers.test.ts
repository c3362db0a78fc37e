import { expect, test } from 'vitest';
import { Closers } from './closers.ts';

test('closes in reverse order, all of them, and joins the failures', async () => {
  const order: string[] = [];
  const closers = new Closers();
  closers.add('first', () => order.push('first'));
  closers.add('second', () => {
    throw new Error('no');
  });
  closers.add('third', async () => order.push('third'));
  await expect(closers[Symbol.asyncDispose]()).rejects.toThrow('closing second failed');
  expect(order).toEqual(['third', 'first']);
  await closers[Symbol.asyncDispose]();
  expect(order).toEqual(['third', 'first']);
});
