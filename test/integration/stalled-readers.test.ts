import { afterAll, beforeAll, expect, test } from 'vitest';
import { Outcome, OutputStream } from '../../gen/isol8/v1/execution_pb.ts';
import { connect, type Isol8Client, type TestClient } from '../support/client.ts';
import { collectEvents, program, type Request } from '../support/collect.ts';
import { heldMemory } from '../support/memory.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

const GIB = 1n << 30n;
/** What this process, server and clients in one, may hold for one reader that does not read, in MiB. */
const HELD_PER_READER_MIB = 8;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  await server.client.isol8.execute(program('bash', 'echo warm'));
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

/** A stream whose events are taken one at a time, by hand. */
class Reader implements AsyncDisposable {
  readonly #client: TestClient;
  readonly #calling = new AbortController();
  readonly events: ReturnType<Isol8Client['executeStream']>;
  executionId = '';

  constructor(execute: Request) {
    this.#client = connect(server.address, TEST_KEY);
    this.events = this.#client.isol8.executeStream({ execute }, { signal: this.#calling.signal });
  }

  /** Reads up to the first output, and no further. */
  async untilOutput(): Promise<void> {
    for (;;) {
      const { value } = await this.events[Symbol.asyncIterator]().next();
      const body = value?.event?.event;
      if (body?.case === 'started') this.executionId = body.value.executionId;
      if (body?.case === 'output') return;
      if (body === undefined || body.case === 'finished')
        throw new Error(`it ended without output: ${JSON.stringify(body?.value.message)} ${body?.value.outcome}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#calling.abort();
    this.#client.close();
  }
}

const endless = (code: string, timeoutSeconds = 120): Request =>
  program('python', code, {
    policy: { limits: { outputBytes: GIB, timeout: { seconds: BigInt(timeoutSeconds) } } },
  });

const FLOOD = 'import os\nwhile True: os.write(1, b"x" * 65536)';
/** A pause after each write, so that the guest does not find several at once. */
const DRIZZLE = 'import os, time\nwhile True:\n  os.write(1, b"x")\n  time.sleep(0.0005)';

test.each([
  { count: 16, what: 'whose programs write without end', code: FLOOD },
  { count: 4, what: 'whose programs write byte by byte', code: DRIZZLE },
])('$count readers that do not read, $what: one more reads, and each can be cancelled', async ({ count, code }) => {
  const before = heldMemory();
  await using stalled = new AsyncDisposableStack();
  const readers = Array.from({ length: count }, () => stalled.use(new Reader(endless(code))));
  await Promise.all(readers.map((reader) => reader.untilOutput()));

  const beside = await server.client.isol8.execute(program('python', 'print(6 * 7)'));
  expect(beside).toMatchObject({ outcome: Outcome.EXITED, stdout: '42\n' });
  const large = program('bash', 'head -c 8000000 /dev/zero', {
    policy: { limits: { outputBytes: GIB, timeout: { seconds: 120n } } },
  });
  let bytes = 0;
  for await (const { event } of server.client.isol8.executeStream({ execute: large })) {
    if (event?.event.case === 'output') bytes += event.event.value.content.value?.length ?? 0;
  }
  expect(bytes).toBe(8_000_000);
  expect(heldMemory() - before).toBeLessThan(count * HELD_PER_READER_MIB);

  await Promise.all(
    readers.map(({ executionId }) =>
      server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: executionId } }),
    ),
  );
  expect(await server.containers()).toEqual([]);
  const ends = await Promise.all(readers.map(async ({ events }) => (await collectEvents(events)).finished.outcome));
  expect(ends).toEqual(readers.map(() => Outcome.CANCELLED));
});

test('a program feels that nobody reads: its writes wait', async () => {
  const code = [
    'import os, sys, time',
    'longest = 0',
    'for i in range(512):',
    '    since = time.monotonic()',
    '    os.write(1, b"x" * 65536)',
    '    longest = max(longest, time.monotonic() - since)',
    'sys.stderr.write(str(longest))',
  ].join('\n');
  await using reader = new Reader(endless(code));
  await reader.untilOutput();
  // Two other programs run meanwhile, one after the other: that long nothing is read.
  const since = performance.now();
  for (let i = 0; i < 2; i++) await server.client.isol8.execute(program('bash', 'sleep 0.5'));
  const stalledMs = performance.now() - since;
  const { finished, stderr } = await collectEvents(reader.events);
  expect(finished).toMatchObject({
    outcome: Outcome.EXITED,
    stdoutStats: { totalBytes: 33_554_432n, droppedBytes: 0n },
  });
  expect(Number(String(stderr)) * 1000).toBeGreaterThan(stalledMs / 2);
});

test('the time limit ends a program whose reader is stalled, and the reader gets what there is', async () => {
  await using reader = new Reader(endless(FLOOD, 2));
  await reader.untilOutput();
  await server.settled();
  const { finished, stdout } = await collectEvents(reader.events);
  expect(finished.outcome).toBe(Outcome.TIMED_OUT);
  expect(finished.exitCode).toBeUndefined();
  expect(stdout.length).toBeGreaterThan(65_536);
  expect(stdout.every((byte) => byte === 0x78)).toBe(true);
  // The first piece was read before.
  const { totalBytes = 0n, droppedBytes = 0n } = finished.stdoutStats ?? {};
  expect(Number(totalBytes - droppedBytes)).toBeGreaterThanOrEqual(stdout.length);
  expect(Number(totalBytes - droppedBytes) - stdout.length).toBeLessThanOrEqual(65_536);
});

test('a reader that goes away takes its program with it', async () => {
  {
    await using reader = new Reader(endless(FLOOD));
    await reader.untilOutput();
    expect(await server.containers()).toHaveLength(1);
  }
  await server.settled();
});

test('a reader that stalls on an output file can be cancelled, or goes on and gets it whole', async () => {
  const request = program('bash', 'echo made; head -c 33554432 /dev/zero > big', { outputPaths: ['big'] });
  await using stalled = new Reader(request);
  await using patient = new Reader(request);
  await Promise.all([stalled.untilOutput(), patient.untilOutput()]);
  await server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: stalled.executionId } });
  expect(await server.containers()).toHaveLength(1);
  expect((await collectEvents(patient.events)).files.get('big')?.bytes).toBe(33_554_432);
});

test('streams of one channel that nobody reads hold up none but themselves', async () => {
  const { isol8 } = server.client;
  const stalled: AsyncIterator<unknown>[] = [];
  for (let i = 0; i < 4; i++) {
    const events = isol8.executeStream({ execute: endless(FLOOD) })[Symbol.asyncIterator]();
    stalled.push(events);
    for (let seen = 0; seen < 1; ) {
      const { value } = await events.next();
      if (value?.event?.event.case === 'output' && value.event.event.value.stream === OutputStream.STDOUT) seen += 1;
    }
  }
  const answer = await isol8.execute(program('bash', 'echo beside'), { signal: AbortSignal.timeout(20_000) });
  expect(answer.stdout).toBe('beside\n');
  for (const events of stalled) await events.return?.();
});
