import { expect, test } from 'vitest';
import { Admission } from './admission.ts';

test('a task that runs is not given up when its signal aborts: its place is taken until it is over', async () => {
  const admission = new Admission(1, 1);
  const caller = new AbortController();
  const cleanedUp = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = admission
    .enter(
      () => cleanedUp.promise,
      caller.signal,
      () => order.push('first waits'),
    )
    .then(() => order.push('first is over'));
  const second = admission.enter(
    async () => void order.push('second runs'),
    new AbortController().signal,
    (position) => order.push(`second is number ${position}`),
  );
  caller.abort();
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['second is number 1']);
  cleanedUp.resolve();
  await Promise.all([first, second]);
  expect(order.slice(1).sort()).toEqual(['first is over', 'second runs']);
});

test('a task that waits is given up when its signal aborts', async () => {
  const admission = new Admission(1, 1);
  const over = Promise.withResolvers<void>();
  const running = admission.enter(
    () => over.promise,
    new AbortController().signal,
    () => {},
  );
  const caller = new AbortController();
  const waiting = admission.enter(
    () => Promise.reject(new Error('it ran')),
    caller.signal,
    () => {},
  );
  caller.abort(new Error('the caller went'));
  await expect(waiting).rejects.toThrow('the caller went');
  expect(admission.queued).toBe(0);
  over.resolve();
  await running;
});
