import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit } from '../../gen/isol8/v1/policy_pb.ts';
import { collect, program, sha256 } from '../support/collect.ts';
import { heldMemory, MemoryWatch } from '../support/memory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const MIB = 1024 * 1024;
/** What this process, server and client in one, may come to hold over one execution, in MiB. */
const HELD_MIB = 32;
/** What it may grow by while it runs. Most of it is what V8 has not collected yet. */
const GROWTH_MIB = 160;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.client.isol8.execute(program('bash', 'echo warm'));
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

/** Bytes without any order, the same in both languages: SHA-256 of 0, 1, 2 … */
function noise(blocks: number): Buffer {
  const digest = (i: number) => createHash('sha256').update(String(i)).digest();
  return Buffer.concat(Array.from({ length: blocks }, (_, i) => digest(i)));
}

function printNoise(blocks: number): string {
  return [
    'import hashlib, sys',
    `data = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(${blocks}))`,
    'sys.stderr.write(hashlib.sha256(data).hexdigest())',
    'sys.stdout.buffer.write(data)',
  ].join('\n');
}

const atMost = (bytes: number, onOutputLimit: OnOutputLimit = OnOutputLimit.TRUNCATE) => ({
  policy: { limits: { outputBytes: BigInt(bytes), timeout: { seconds: 120n } }, onOutputLimit },
});

describe('3 MB of noise', () => {
  const blocks = 93_750;

  test('are in a stream byte for byte', async () => {
    const whole = await collect(server.client.isol8, program('python', printNoise(blocks), atMost(4 * MIB)));
    expect(whole.finished.outcome).toBe(Outcome.EXITED);
    expect(whole.finished.stdoutStats).toMatchObject({ totalBytes: 3_000_000n, droppedBytes: 0n, truncated: false });
    expect(whole.dataBytes).toBeGreaterThan(0);
    expect(whole.outputEvents).toBeLessThan(10_000);
    expect(sha256(whole.stdout)).toBe(String(whole.stderr));
    expect(sha256(whole.stdout)).toBe(sha256(noise(blocks)));
  });

  test('are in one answer as far as they fit, and the counts say how far', async () => {
    const answer = await server.client.isol8.execute(program('python', printNoise(blocks), atMost(4 * MIB)));
    const all = noise(blocks);
    expect(answer.stderr).toBe(sha256(all));
    const kept = answer.stdoutRaw.length;
    expect(kept).toBeGreaterThan(MIB);
    expect(answer.stdoutStats).toMatchObject({
      totalBytes: 3_000_000n,
      droppedBytes: BigInt(all.length - kept),
      truncated: true,
    });
    expect(all.subarray(0, kept).equals(answer.stdoutRaw)).toBe(true);
    expect(answer.stdout).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(answer.stdoutRaw));
  });
});

test('half a megabyte of noise is in one answer byte for byte', async () => {
  const answer = await server.client.isol8.execute(program('python', printNoise(16_384)));
  expect(answer.stdoutStats).toMatchObject({ totalBytes: 524_288n, droppedBytes: 0n, truncated: false });
  expect(sha256(answer.stdoutRaw)).toBe(answer.stderr);
});

test('a character in four writes is one character, in both streams', async () => {
  const code = [
    'import os, time',
    'for byte in "a😀".encode():',
    '    for fd in (1, 2): os.write(fd, bytes([byte]))',
    '    time.sleep(0.1)',
  ].join('\n');
  const whole = await collect(server.client.isol8, program('python', code));
  expect([...whole.texts].sort()).toEqual(['a', 'a', '😀', '😀']);
  expect(whole.dataBytes).toBe(0);
  const answer = await server.client.isol8.execute(program('python', code));
  expect(answer).toMatchObject({ stdout: 'a😀', stderr: 'a😀' });
  expect(answer.stdoutRaw).toHaveLength(0);
});

test('a character that the program never ends is data', async () => {
  const whole = await collect(server.client.isol8, program('bash', `printf 'a\\xf0\\x9f\\x98'`));
  expect([...whole.stdout]).toEqual([0x61, 0xf0, 0x9f, 0x98]);
  expect(whole.finished.stdoutStats).toMatchObject({ totalBytes: 4n, droppedBytes: 0n, truncated: false });
});

test('100,000 writes of one byte come in order, and not as 100,000 events', async () => {
  const code = 'import os\nfor i in range(100000): os.write(1, b"0123456789"[i % 10 : i % 10 + 1])';
  const whole = await collect(server.client.isol8, program('python', code));
  expect(whole.finished.outcome).toBe(Outcome.EXITED);
  expect(String(whole.stdout)).toBe('0123456789'.repeat(10_000));
  expect(whole.outputEvents).toBeLessThan(10_000);
});

test('a program that writes byte by byte makes no more than an event in a millisecond', async () => {
  const code = 'import os, time\nfor i in range(3000):\n  os.write(1, b"x")\n  time.sleep(0.00001)';
  const whole = await collect(server.client.isol8, program('python', code));
  expect(String(whole.stdout)).toBe('x'.repeat(3000));
  const { seconds = 0n, nanos = 0 } = whole.finished.timings?.run ?? {};
  expect(whole.outputEvents).toBeLessThan(Number(seconds) * 1000 + nanos / 1e6);
});

test('stdout and stderr are told apart, however they alternate', async () => {
  const code = 'import os\nfor i in range(3000):\n  os.write(1, b"out %d\\n" % i)\n  os.write(2, b"err %d\\n" % i)';
  const lines = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${i}\n`).join('');
  const whole = await collect(server.client.isol8, program('python', code));
  expect(String(whole.stdout)).toBe(lines('out'));
  expect(String(whole.stderr)).toBe(lines('err'));
});

describe('1 GB against a cap of 1 MiB', () => {
  const print = program('bash', 'head -c 1000000000 /dev/zero; echo done >&2');

  test('is counted to the last byte and does not stop the program', async () => {
    const {
      result: whole,
      held,
      growth,
    } = await watched(() => collect(server.client.isol8, { ...print, ...atMost(MIB) }));
    expect(whole.finished).toMatchObject({ outcome: Outcome.EXITED, exitCode: 0 });
    expect(whole.stdout).toHaveLength(MIB);
    expect(String(whole.stderr)).toBe('done\n');
    expect(whole.finished.stdoutStats).toMatchObject({
      totalBytes: 1_000_000_000n,
      droppedBytes: 1_000_000_000n - BigInt(MIB),
      truncated: true,
    });
    expect(held).toBeLessThan(HELD_MIB);
    expect(growth).toBeLessThan(GROWTH_MIB);
  });

  test('ends the program where the policy says so', async () => {
    const answer = await server.client.isol8.execute({ ...print, ...atMost(MIB, OnOutputLimit.KILL) });
    expect(answer.outcome).toBe(Outcome.OUTPUT_LIMIT_EXCEEDED);
    expect(answer.stdout).toHaveLength(MIB);
    expect(answer.stderr).toBe('');
    expect(answer.stdoutStats?.truncated).toBe(true);
    expect(Number(answer.stdoutStats?.totalBytes)).toBeGreaterThan(MIB);
    expect(Number(answer.stdoutStats?.totalBytes)).toBeLessThan(1_000_000_000);
  });
});

test('256 MB in a stream are all of it, and none of it stays', async () => {
  const request = program('bash', 'head -c 256000000 /dev/zero', atMost(256_000_000));
  const { result, held, growth } = await watched(async () => {
    let bytes = 0;
    let finished: ExecuteResponse | undefined;
    for await (const { event } of server.client.isol8.executeStream({ execute: request })) {
      if (event?.event.case === 'output') bytes += (event.event.value.content.value ?? '').length;
      if (event?.event.case === 'finished') finished = event.event.value;
    }
    return { bytes, stats: finished?.stdoutStats };
  });
  expect(result.bytes).toBe(256_000_000);
  expect(result.stats).toMatchObject({ totalBytes: 256_000_000n, droppedBytes: 0n, truncated: false });
  expect(held).toBeLessThan(HELD_MIB);
  expect(growth).toBeLessThan(GROWTH_MIB);
});

describe('8 MiB in one answer', () => {
  test.each([
    { what: 'text', code: 'yes éàü | head -c 8388608', least: 4 * MIB - 4096 },
    { what: 'bytes that are not UTF-8', code: `head -c 8388608 /dev/zero | tr '\\0' '\\377'`, least: MIB - 4096 },
  ])('$what: as much as fits, the rest counted', async ({ code, least }) => {
    const answer = await server.client.isol8.execute(program('bash', code, atMost(8 * MIB)));
    const { stdout, stdoutRaw, stdoutStats } = answer;
    const kept = stdoutRaw.length || Buffer.byteLength(stdout);
    expect(kept).toBeGreaterThan(least);
    expect(stdoutStats).toMatchObject({
      totalBytes: BigInt(8 * MIB),
      droppedBytes: BigInt(8 * MIB - kept),
      truncated: true,
    });
    const whole = await collect(server.client.isol8, program('bash', code, atMost(8 * MIB)));
    expect(whole.stdout).toHaveLength(8 * MIB);
    expect(whole.stdout.indexOf(stdoutRaw.length > 0 ? stdoutRaw : stdout)).toBe(0);
    expect(whole.finished.stdoutStats).toMatchObject({ droppedBytes: 0n, truncated: false });
  });
});

describe('a file of 64 MiB', () => {
  const request = program('bash', 'head -c 67108864 /dev/urandom > big; echo small > small; sha256sum < big', {
    outputPaths: ['big', 'small'],
  });

  test('is named missing in one answer, which has the others', async () => {
    const { result: answer, held } = await watched(() => server.client.isol8.execute(request));
    expect(answer.files.map(({ path }) => path)).toEqual(['small']);
    expect(answer.missingOutputPaths).toMatchObject([
      { path: 'big', reason: expect.stringContaining('ExecuteStream') },
    ]);
    expect(held).toBeLessThan(HELD_MIB);
  });

  test('comes whole in a stream', async () => {
    const { result: whole, held } = await watched(() => collect(server.client.isol8, request));
    const digest = String(whole.stdout).slice(0, 64);
    expect(whole.files.get('big')).toEqual({ bytes: 64 * MIB, sha256: digest, said: digest });
    expect(whole.files.get('small')?.bytes).toBe(6);
    expect(whole.finished.missingOutputPaths).toEqual([]);
    expect(held).toBeLessThan(HELD_MIB);
  });
});

/** What this process holds more after something than before it, and what it grew by meanwhile. */
async function watched<T>(what: () => Promise<T>): Promise<{ result: T; held: number; growth: number }> {
  const before = heldMemory();
  using watch = new MemoryWatch();
  const result = await what();
  return { result, held: heldMemory() - before, growth: watch.growth };
}
