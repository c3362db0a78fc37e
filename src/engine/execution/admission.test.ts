import { expect, test } from 'vitest';
import { Admission } from './admission.ts';

test('what is under way when its signal aborts is waited for, and keeps its place', async () => {
  const admission = new Admission(1, 1);
  const caller = new AbortController();
  const task = Promise.withResolvers<void>();
  let over = false;
  const entered = admission
    .enter(
      () => task.promise,
      caller.signal,
      () => {},
    )
    .finally(() => {
      over = true;
    });
  const positions: number[] = [];
  const next = admission.enter(
    async () => {},
    new AbortController().signal,
    (position) => positions.push(position),
  );
  caller.abort();
  await new Promise(setImmediate);
  expect({ over, positions, queued: admission.queued }).toEqual({ over: false, positions: [1], queued: 1 });
  task.resolve();
  await Promise.all([entered, next]);
});

test('what waits when its signal aborts never begins', async () => {
  const admission = new Admission(1, 1);
  const task = Promise.withResolvers<void>();
  const never = new AbortController().signal;
  const first = admission.enter(
    () => task.promise,
    never,
    () => {},
  );
  const caller = new AbortController();
  let begun = false;
  const second = admission.enter(
    async () => {
      begun = true;
    },
    caller.signal,
    () => {},
  );
  caller.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  task.resolve();
  await first;
  expect({ begun, queued: admission.queued }).toEqual({ begun: false, queued: 0 });
});
