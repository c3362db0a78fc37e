import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CancelledError,
  type ExecuteRequest,
  type ExecutionStream,
  Isol8,
} from '../../clients/typescript/src/index.ts';
import { ownUids } from '../support/host.ts';
import { CLINGING, CLINGING_PROCESSES, tracesOf } from '../support/program.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

/** What has no answer to wait for is gone in this time, on a busy machine too. */
const SOON = { timeout: 20_000, interval: 50 };

/** A program that does what it can to stay. */
const STAYING: ExecuteRequest = {
  runtime: 'bash',
  code: CLINGING,
  arguments: ['0'],
  policy: { limits: { timeoutMs: 300_000 } },
};

let server: TestServer;
let isol8: Isol8;
beforeAll(async () => {
  server = await startTestServer({ ...ownUids(), ...NO_POOL });
  isol8 = new Isol8({ address: server.address, apiKey: TEST_KEY });
});
afterAll(async () => {
  isol8.close();
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const traces = (uid: number) => tracesOf(server.docker, server.instance, uid);

/** Reads until the program says its uid, and sees it on the host; then the loop goes on with `then`. */
async function untilReady(stream: ExecutionStream, then: (uid: number) => Promise<unknown> | undefined) {
  for await (const event of stream) {
    const uid = event.type === 'stdout' ? /ready (\d+)/.exec(event.data)?.[1] : undefined;
    if (uid === undefined) continue;
    expect(await traces(Number(uid))).toHaveLength(CLINGING_PROCESSES + 1);
    const going = then(Number(uid));
    if (going === undefined) return Number(uid);
    await going;
  }
  throw new Error('the stream ended');
}

describe('nothing is left on the host of an execution', () => {
  test('whose loop is left', async () => {
    const uid = await untilReady(isol8.executeStream(STAYING), () => undefined);
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('whose stream is disposed of', async () => {
    let uid = 0;
    {
      await using stream = isol8.executeStream(STAYING);
      const events = stream[Symbol.asyncIterator]();
      while (uid === 0) {
        const { value } = await events.next();
        if (value?.type === 'stdout') uid = Number(/ready (\d+)/.exec(value.data)?.[1] ?? 0);
      }
    }
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('whose AbortSignal is aborted, which is a CancelledError with the reason', async () => {
    const caller = new AbortController();
    const reason = new Error('enough');
    let uid = 0;
    const reading = untilReady(isol8.executeStream(STAYING, { signal: caller.signal }), async (found) => {
      uid = found;
      caller.abort(reason);
    });
    await expect(reading).rejects.toThrow(CancelledError);
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED', cause: reason });
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('whose execute is aborted, alone', async () => {
    const caller = new AbortController();
    const calling = isol8.execute(STAYING, { signal: caller.signal });
    const staying = isol8.execute({ runtime: 'bash', code: 'sleep 2; echo stays' });
    await expect.poll(() => server.containers(), SOON).toHaveLength(2);
    caller.abort();
    await expect(calling).rejects.toThrow(CancelledError);
    expect((await staying).stdout).toBe('stays\n');
    await server.settled();
  });

  test('that was cancelled, whose stream goes on to its end', async () => {
    const stream = isol8.executeStream(STAYING);
    const types: string[] = [];
    let uid = 0;
    for await (const event of stream) {
      types.push(event.type);
      if (event.type !== 'stdout' || uid !== 0) continue;
      uid = Number(/ready (\d+)/.exec(event.data)?.[1]);
      await stream.cancel();
      expect(await traces(uid)).toEqual([]);
    }
    expect(types.at(-1)).toBe('exit');
    expect((await stream.result).outcome).toBe('CANCELLED');
  });

  test('of a client that was closed, whose call is cancelled', async () => {
    const other = new Isol8({ address: server.address, apiKey: TEST_KEY });
    let uid = 0;
    const reading = untilReady(other.executeStream(STAYING), async (found) => {
      uid = found;
      other.close();
      other.close();
    });
    await expect(reading).rejects.toThrow(CancelledError);
    await expect(other.execute(STAYING)).rejects.toThrow(/closed/);
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('of a process that was ended with Ctrl-C', async () => {
    const script = fileURLToPath(new URL('typescript-client-lone.ts', import.meta.url));
    const env = { ...process.env, ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY };
    const client = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'], env });
    const [line] = (await once(client.stdout, 'data')) as [Buffer];
    const uid = Number(/ready (\d+)/.exec(line.toString())?.[1]);
    expect(await traces(uid)).toHaveLength(CLINGING_PROCESSES + 1);
    client.kill('SIGINT');
    await once(client, 'exit');
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });
});

describe('a stream', () => {
  test('has its id before its first event, and the result after its last', async () => {
    const stream = isol8.executeStream({ runtime: 'bash', code: 'echo out; echo err >&2; exit 3' });
    const id = await stream.executionId;
    const text = { stdout: '', stderr: '' };
    for await (const event of stream)
      if (event.type === 'stdout' || event.type === 'stderr') text[event.type] += event.data;
    const result = await stream.result;
    expect(text).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect({ id: result.executionId, exitCode: result.exitCode, ok: result.ok }).toEqual({
      id,
      exitCode: 3,
      ok: false,
    });
  });

  test('that nobody reads gives its result', async () => {
    const code = 'head -c 3000000 /dev/zero';
    const policy = { limits: { outputBytes: 4_000_000 } };
    const result = await isol8.executeStream({ runtime: 'bash', code, policy }).result;
    expect({ ok: result.ok, bytes: result.stdoutStats.totalBytes }).toEqual({ ok: true, bytes: 3_000_000 });
  });

  test('that was left has no result, and says so', async () => {
    const stream = isol8.executeStream({ runtime: 'bash', code: 'sleep 60' });
    for await (const _ of stream) break;
    await expect(stream.result).rejects.toThrow(CancelledError);
  });

  test('gives the very bytes', async () => {
    const stream = isol8.executeStream({ runtime: 'bash', code: String.raw`printf '\xef\xbb\xbfa\xff\x00b'` });
    const bytes: Uint8Array[] = [];
    for await (const event of stream) if (event.type === 'stdout') bytes.push(event.bytes);
    expect(Buffer.concat(bytes).toString('hex')).toBe('efbbbf61ff0062');
    const { stdout, stdoutBytes } = await isol8.execute({
      runtime: 'bash',
      code: String.raw`printf '\xef\xbb\xbfa\xff\x00b'`,
    });
    expect(stdout).toBe('\ufeffa\ufffd\0b');
    expect(Buffer.from(stdoutBytes).toString('hex')).toBe('efbbbf61ff0062');
  });

  test('takes input while it runs, and signals by name', async () => {
    const code = 'trap "echo hup" HUP; echo ready; while read -r line; do echo "got $line"; done; echo end';
    const stream = isol8.executeStream({ runtime: 'bash', code, stdin: 'first\n', stdinMode: 'INTERACTIVE' });
    let text = '';
    const said = async (what: string) => {
      for await (const event of stream) {
        if (event.type === 'stdout') text += event.data;
        if (text.includes(what)) return;
      }
    };
    const events = said('end');
    await stream.sendInput('second\n');
    // Longer than what one call takes.
    const long = `${'x'.repeat(1_500_000)}\n`;
    await Promise.all([stream.sendInput(long), stream.sendInput('after\n')]);
    await stream.sendSignal('SIGHUP');
    await stream.closeInput();
    await events;
    expect(text.replace(/x+/, (xs) => String(xs.length))).toContain('ready\ngot first\ngot second\n');
    expect(text).toContain('hup');
    await expect(stream.sendSignal('SIGNONE')).rejects.toThrow(/signal: .*SIGINT/);
  });
});
