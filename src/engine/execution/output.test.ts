import { expect, test } from 'vitest';
import { ENDING_QUEUE_BYTES, OUTPUT_QUEUE_BYTES } from '../constants.ts';
import { RunningExecution } from './execution.ts';
import { OutputCollector } from './output.ts';

const MIB = 1024 * 1024;

function begin() {
  const execution = new RunningExecution('test', new AbortController().signal);
  return { execution, output: new OutputCollector((event) => execution.offer(event)) };
}

test('single bytes that nobody reads hold the program back long before they fill the queue with events', async () => {
  const { output } = begin();
  let taken = 0;
  void (async () => {
    for (; taken < OUTPUT_QUEUE_BYTES; taken++) await output.take('STDOUT', Uint8Array.of(0xff));
  })();
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBeLessThan(1000);
});

test('when a program is ended, what nobody reads is bounded, dropped and counted', async () => {
  const { execution, output } = begin();
  execution.release();
  for (let i = 0; i < 64; i++) await output.take('STDOUT', new Uint8Array(MIB).fill(97));
  await output.take('STDERR', Uint8Array.of(97));
  const { totalBytes, droppedBytes, truncated } = await output.end('STDOUT', undefined);
  expect(totalBytes).toBe(64 * MIB);
  expect(totalBytes - droppedBytes).toBeLessThanOrEqual(ENDING_QUEUE_BYTES + MIB);
  expect(truncated).toBe(true);
  execution.close();
  let read = 0;
  for await (const event of execution.events()) if (event.kind === 'text') read += event.text.length;
  expect(read).toBe(totalBytes - droppedBytes);
  expect(await output.end('STDERR', 1)).toEqual({ totalBytes: 1, droppedBytes: 1, truncated: true });
});
