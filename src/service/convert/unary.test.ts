import { toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExecuteResponseSchema } from '../../../gen/isol8/v1/execution_pb.ts';
import { heldMemory } from '../../../test/support/memory.ts';
import type { ExecutionEventBody } from '../../engine/types.ts';
import { numbered, RESULT } from '../test-support.ts';
import { foldEvents } from './unary.ts';

const finished: ExecutionEventBody = { kind: 'finished', result: RESULT };
const fold = (bodies: ExecutionEventBody[], maxBytes?: number) => foldEvents(numbered([...bodies, finished]), maxBytes);

test('output of the set-up goes when the program begins', async () => {
  const answer = await fold([
    { kind: 'phase', phase: 'SETUP' },
    { kind: 'text', stream: 'STDOUT', text: 'installing' },
    { kind: 'phase', phase: 'RUN' },
    { kind: 'text', stream: 'STDOUT', text: 'hi' },
  ]);
  expect(answer).toMatchObject({ stdout: 'hi', stdoutStats: { truncated: false, droppedBytes: 0n } });
});

test('bytes go along only where the string is not exact', async () => {
  const answer = await fold([
    { kind: 'text', stream: 'STDOUT', text: 'é' },
    { kind: 'data', stream: 'STDERR', data: Uint8Array.of(0xff) },
    { kind: 'text', stream: 'STDERR', text: 'x' },
  ]);
  expect(answer).toMatchObject({ stdout: 'é', stdoutRaw: new Uint8Array(), stderr: '\u{fffd}x' });
  expect([...answer.stderrRaw]).toEqual([0xff, 0x78]);
});

test('files come whole; one that does not fit is named', async () => {
  const file = (path: string, size: number): ExecutionEventBody[] => [
    { kind: 'file', path, mode: 0o644, chunk: new Uint8Array(size), last: false },
    { kind: 'file', path, mode: 0o644, chunk: new Uint8Array(0), last: true, sha256: 'abc' },
  ];
  const answer = await fold([...file('small', 10), ...file('large', 5 * 1024 * 1024), ...file('empty', 0)]);
  expect(answer.files).toMatchObject([{ path: 'small', mode: 0o644, sha256: 'abc' }, { path: 'empty' }]);
  expect(answer.missingOutputPaths).toMatchObject([{ path: 'large', reason: expect.stringContaining('4 MiB') }]);
});

test('an answer is never larger than it may be, and what was cut is counted', async () => {
  const piece = fc.oneof(
    fc.record({
      kind: fc.constant('text' as const),
      stream: fc.constantFrom('STDOUT' as const, 'STDERR' as const),
      text: fc.string({ maxLength: 3000 }),
    }),
    fc.record({
      kind: fc.constant('data' as const),
      stream: fc.constantFrom('STDOUT' as const, 'STDERR' as const),
      data: fc.uint8Array({ maxLength: 3000 }),
    }),
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.string({ minLength: 1, maxLength: 100 }),
      mode: fc.constant(0o600),
      chunk: fc.uint8Array({ maxLength: 3000 }),
      last: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const answer = await fold(pieces, 8000);
      expect(toBinary(ExecuteResponseSchema, answer).length).toBeLessThanOrEqual(8000);
      const written = pieces.reduce((sum, p) => {
        if (p.kind === 'text' && p.stream === 'STDOUT') return sum + Buffer.byteLength(p.text);
        return p.kind === 'data' && p.stream === 'STDOUT' ? sum + p.data.length : sum;
      }, 0);
      const kept = answer.stdoutRaw.length || Buffer.byteLength(answer.stdout);
      expect(kept + Number(answer.stdoutStats?.droppedBytes)).toBe(written);
    }),
  );
});

test('events without a result are a fault', async () => {
  await expect(foldEvents(numbered([]))).rejects.toThrow('without a result');
});

test('files that do not fit are not kept, however many they are', async () => {
  const before = heldMemory();
  let peak = 0;
  async function* many() {
    for (let i = 0; i < 60; i++) {
      const chunk = new Uint8Array(4 * 1024 * 1024 - 1).fill(i);
      yield* numbered([{ kind: 'file', path: `${i}`, mode: 0o600, chunk, last: true, sha256: 'abc' }]);
      if (i % 20 === 19) peak = Math.max(peak, heldMemory() - before);
    }
    yield* numbered([finished]);
  }
  const answer = await foldEvents(many());
  expect(answer.missingOutputPaths.length + answer.files.length).toBe(60);
  expect(peak).toBeLessThan(32);
});

test('output that comes byte by byte takes no more room than any other', async () => {
  const before = heldMemory();
  let held = 0;
  async function* drops() {
    const drop: ExecutionEventBody = { kind: 'text', stream: 'STDOUT', text: 'x' };
    yield* numbered(Array.from({ length: 300_000 }, () => drop));
    held = heldMemory() - before;
    yield* numbered([finished]);
  }
  expect((await foldEvents(drops())).stdout).toHaveLength(300_000);
  expect(held).toBeLessThan(16);
});

test('names of files that do not fit do not make the answer too large either', async () => {
  const files = Array.from({ length: 10_000 }, (_, i): ExecutionEventBody => {
    const path = `${'a/'.repeat(1000)}${i}`;
    return { kind: 'file', path, mode: 0o600, chunk: new Uint8Array(1), last: true, sha256: '0'.repeat(64) };
  });
  const answer = await fold(files);
  expect(toBinary(ExecuteResponseSchema, answer).length).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(answer.missingOutputPaths.at(-1)).toMatchObject({ path: '', reason: expect.stringContaining('more files') });
});
