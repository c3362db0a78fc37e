import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Metadata, Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Outcome, Phase } from '../../gen/isol8/v1/execution_pb.ts';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { ownUids } from '../support/host.ts';
import { CLINGING_PROCESSES, clinging, tracesOf, untilReady } from '../support/program.ts';
import { rawExecute } from '../support/raw-call.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';

/** What has no answer to wait for is gone in this time, on a busy machine too. */
const SOON = { timeout: 20_000, interval: 50 };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ...ownUids(), ...NO_POOL });
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const traces = (uid: number) => tracesOf(server.docker, server.instance, uid);
const cancel = (executionId: string) =>
  server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: executionId } });

/** Starts a program that clings, and makes sure that the look at the host sees it. */
async function begin(spinning = 0, options = {}) {
  const program = await untilReady(server.client, clinging(spinning), options);
  expect(await traces(program.uid)).toHaveLength(CLINGING_PROCESSES + spinning + 1);
  return program;
}

/** The uid of the only program on the server, when it runs with all its children. */
async function uidOfRunning(): Promise<number> {
  const label = `${LABELS.instance}=${server.instance}`;
  const uids = async () => (await listContainers(server.docker, label)).map(({ labels }) => Number(labels[LABELS.uid]));
  await expect.poll(uids, SOON).toHaveLength(1);
  const [uid = 0] = await uids();
  await expect.poll(() => traces(uid), SOON).toHaveLength(CLINGING_PROCESSES + 1);
  return uid;
}

describe('nothing is left of an execution', () => {
  test.each([0, 60])('whose time is up, with %i processes that never rest', async (spinning) => {
    const program = await untilReady(server.client, clinging(spinning, 6));
    expect(await traces(program.uid)).toHaveLength(CLINGING_PROCESSES + spinning + 1);
    expect(await program.finished()).toMatchObject({ outcome: Outcome.TIMED_OUT });
    await expect.poll(() => traces(program.uid), SOON).toEqual([]);
  });

  test('whose call is cancelled', async () => {
    const caller = new AbortController();
    const program = await begin(0, { signal: caller.signal });
    caller.abort();
    await expect(program.finished()).rejects.toThrow();
    await expect.poll(() => traces(program.uid), SOON).toEqual([]);
  });

  test('whose connection is cut', async () => {
    const call = rawExecute(server.address, clinging());
    const uid = await uidOfRunning();
    call.cut();
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('whose client is killed', async () => {
    const script = fileURLToPath(new URL('../support/lone-client.ts', import.meta.url));
    const client = spawn(process.execPath, [script, server.address], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(client.stdout, 'data')) as [Buffer];
    const uid = Number(/^ready (\d+)\n$/.exec(line.toString())?.[1]);
    expect(await traces(uid)).toHaveLength(CLINGING_PROCESSES + 1);
    client.kill('SIGKILL');
    await expect.poll(() => traces(uid), SOON).toEqual([]);
  });

  test('whose deadline passes, when the client does not cancel by itself', async () => {
    const call = rawExecute(server.address, clinging(), '8S');
    const uid = await uidOfRunning();
    expect(await call.status).toBe(Status.DEADLINE_EXCEEDED);
    await expect.poll(() => traces(uid), SOON).toEqual([]);
    call.cut();
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('whose server is ended by %s', async (signal) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'isol8-kills-'));
    const own = await startServerProcess(dataDir, { ...ownUids(), ISOL8_DRAIN_TIMEOUT: '0' });
    const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim();
    const program = await untilReady(own.client, clinging());
    expect(await tracesOf(server.docker, instance, program.uid)).toHaveLength(CLINGING_PROCESSES + 1);
    const finished = program.finished().catch((error: unknown) => error);
    await own.end(signal);
    await expect.poll(() => tracesOf(server.docker, instance, program.uid), SOON).toEqual([]);
    await finished;
    await rm(dataDir, { recursive: true });
  });
});

describe('CancelExecution', () => {
  test.each([0, 60])('answers when nothing runs any more, with %i processes that never rest', async (spinning) => {
    const program = await begin(spinning);
    const finished = program.finished();
    await cancel(program.id);
    expect(await traces(program.uid)).toEqual([]);
    expect(await finished).toMatchObject({ outcome: Outcome.CANCELLED, phase: Phase.RUN });
  });

  test('answers while its sandbox is being made, which goes too', async () => {
    const { promise: id, resolve } = Promise.withResolvers<string>();
    const onHeader = (header: Metadata) => resolve(String(header.get('isol8-execution-id')));
    const executed = server.client.isol8.execute(clinging(), { onHeader });
    await expect.poll(server.containers, { timeout: 10_000, interval: 1 }).toHaveLength(1);
    await cancel(await id);
    await server.settled();
    expect(await executed).toMatchObject({ outcome: Outcome.CANCELLED });
  });

  test('is OK twice at once and after the end, and touches no other execution', async () => {
    const other = await untilReady(server.client, {
      runtime: 'bash',
      source: { case: 'code', value: 'echo "ready $(id -u)"; read -r -t 5 < <(sleep 4; echo); exit 7' },
    });
    const program = await begin();
    const finished = program.finished();
    await Promise.all([cancel(program.id), cancel(program.id)]);
    await cancel(program.id);
    expect(await finished).toMatchObject({ outcome: Outcome.CANCELLED, phase: Phase.RUN });
    expect(await other.finished()).toMatchObject({ outcome: Outcome.EXITED, exitCode: 7 });
    await cancel(other.id);
  });

  test('does not find what there never was', async () => {
    await expect(cancel('0123456789abcdef0123456789abcdef')).rejects.toMatchObject({ code: Status.NOT_FOUND });
  });
});
