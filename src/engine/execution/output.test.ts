import { describe, expect, test } from 'vitest';
import { ENDING_QUEUE_BYTES, OUTPUT_QUEUE_BYTES } from '../constants.ts';
import { Mask } from '../secrets/mask.ts';
import { RunningExecution } from './execution.ts';
import { OutputCollector } from './output.ts';

const MIB = 1024 * 1024;

function begin(secrets: Record<string, string> = {}) {
  const execution = new RunningExecution('test', new AbortController().signal);
  return { execution, output: new OutputCollector((event) => execution.offer(event), new Mask(secrets)) };
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
  const { totalBytes, droppedBytes, truncated } = await output.end('STDOUT', undefined, false);
  expect(totalBytes).toBe(64 * MIB);
  expect(totalBytes - droppedBytes).toBeLessThanOrEqual(ENDING_QUEUE_BYTES + MIB);
  expect(truncated).toBe(true);
  execution.close();
  let read = 0;
  for await (const event of execution.events()) if (event.kind === 'text') read += event.text.length;
  expect(read).toBe(totalBytes - droppedBytes);
  expect(await output.end('STDERR', 1, false)).toEqual({ totalBytes: 1, droppedBytes: 1, truncated: true });
});

describe('masked output', () => {
  const SECRET = 'correct-horse';

  /** What is given of a stream that comes in these chunks. */
  async function given(chunks: string[], totalBytes: number | undefined, exited: boolean) {
    const { execution, output } = begin({ TOKEN: SECRET });
    execution.release();
    for (const chunk of chunks) await output.take('STDOUT', Buffer.from(chunk));
    const stats = await output.end('STDOUT', totalBytes, exited);
    execution.close();
    let text = '';
    for await (const event of execution.events()) if (event.kind === 'text') text += event.text;
    return { text, ...stats };
  }

  test('is counted as the program wrote it', async () => {
    const seen = await given(['a correct-', 'horse b'], 17, true);
    expect(seen).toEqual({ text: 'a *** b', totalBytes: 17, droppedBytes: 0, truncated: false });
  });

  test('that ends like the beginning of a secret is whole when the program exited', async () => {
    const seen = await given(['in the correct'], 14, true);
    expect(seen).toEqual({ text: 'in the correct', totalBytes: 14, droppedBytes: 0, truncated: false });
  });

  test.each([
    { why: 'the cap cut it', totalBytes: 100, exited: true, droppedBytes: 93 },
    { why: 'the program was ended', totalBytes: 14, exited: false, droppedBytes: 7 },
    { why: 'the sandbox was lost', totalBytes: undefined, exited: false, droppedBytes: 7 },
  ])('loses that beginning, counted, when $why', async ({ totalBytes = 14, exited, droppedBytes }) => {
    const seen = await given(['in the correct'], totalBytes, exited);
    expect(seen).toEqual({ text: 'in the ', totalBytes, droppedBytes, truncated: true });
  });
});
