import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { SessionState } from '../../gen/isol8/v1/session_pb.ts';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import { removeContainer } from '../../src/engine/docker/containers.ts';
import { refusalFrom } from '../support/client.ts';
import { program } from '../support/collect.ts';
import { DockerDaemon } from '../support/docker-daemon.ts';
import { containersOf, NO_POOL, settled } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROUNDS = 20;

// Twenty starts of a server, and of a daemon, take minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

let docker: DockerConnection;
let dataDir: string;
beforeAll(async () => {
  docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  dataDir = await mkdtemp(join(tmpdir(), 'isol8-restart-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

/** A server that is ended with its test, whatever comes of that. */
const servers = new Set<ServerProcess>();
async function start(...parameters: Parameters<typeof startServerProcess>): Promise<ServerProcess> {
  const server = await startServerProcess(...parameters);
  servers.add(server);
  return server;
}
afterEach(async () => {
  await Promise.all([...servers].map((server) => server.end('SIGKILL')));
  servers.clear();
  await settledDown();
});

/** What a test that failed has left is nobody's. */
async function settledDown(): Promise<void> {
  for (const id of await containersOf(docker, await instance(dataDir))) await removeContainer(docker, id);
}

const instance = async (folder: string) => (await readFile(join(folder, 'instance'), 'utf8')).trim();

test('a session outlives a server that is killed, again and again, and what ran in it for a call does not', async () => {
  let server = await start(dataDir, NO_POOL);
  const sessionId = 'kept';
  await server.client.isol8.createSession({ sessionId, runtime: 'python', labels: { a: 'b' } });
  const run = async (value: string) =>
    (await server.client.isol8.execute({ source: { case: 'command', value }, sessionId })).stdout;
  const cell = async (code: string) =>
    (await server.client.isol8.execute({ ...program('', code), sessionId, context: 'main' })).stdout;
  await cell('x = 0');
  await run('(while :; do echo >> /tmp/beat; sleep 0.05; done) > /dev/null 2>&1 & echo 0 > /sandbox/count');
  for (let round = 1; round <= ROUNDS; round++) {
    const cut = server.client.isol8
      .execute({ source: { case: 'command', value: 'exec -a victim sleep 1000' }, sessionId })
      .catch((error: unknown) => error);
    // A cell that was under way is interrupted.
    const cutCell = cell('import time\nx += 1\ntime.sleep(1000)').catch((error: unknown) => error);
    await delay(200);
    await delay(Math.random() * 300);
    await server.end('SIGKILL');
    expect(await cut).toBeInstanceOf(Error);
    expect(await cutCell).toBeInstanceOf(Error);
    server = await start(dataDir, NO_POOL);
    const { session } = await server.client.isol8.getSession({ sessionId });
    expect(session).toMatchObject({ state: SessionState.READY, labels: { a: 'b' }, runningExecutions: 0 });
    expect(session?.contexts).toEqual(['main']);
    expect(await cell('print(x)')).toBe(`${round}\n`);
    expect(await run('echo $(($(cat count) + 1)) > count; cat count')).toBe(`${round}\n`);
    // What it left behind on purpose goes on; what a call was waiting for does not.
    const size = 'stat -c %s /tmp/beat';
    expect(await run(`a=$(${size}); sleep 0.3; [ $a -lt $(${size}) ] && echo beats`)).toBe('beats\n');
    const { processes } = await server.client.isol8.getSessionUsage({ sessionId });
    expect(processes.filter(({ command }) => command.includes('victim'))).toEqual([]);
  }
  expect((await containersOf(docker, await instance(dataDir))).length).toBe(1);
  await server.client.isol8.deleteSession({ sessionId });
  expect(await containersOf(docker, await instance(dataDir))).toEqual([]);
  expect(await server.end('SIGTERM')).toBe(0);
});

test('a session outlives a server that is told to stop, and ends by itself when no server comes', async () => {
  const first = await start(dataDir, NO_POOL);
  const { isol8 } = first.client;
  await isol8.createSession({ sessionId: 'long', runtime: 'bash' });
  await isol8.createSession({ sessionId: 'short', runtime: 'bash', lifetime: { seconds: 4n } });
  await isol8.createSession({ sessionId: 'idle', runtime: 'bash', idleTimeout: { seconds: 2n } });
  expect(await first.end('SIGTERM')).toBe(0);
  expect((await containersOf(docker, await instance(dataDir))).length).toBe(3);
  // The guests' own clocks, with their grace.
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(200)) {
    if ((await containersOf(docker, await instance(dataDir))).length === 1) break;
  }
  const second = await start(dataDir, NO_POOL);
  const { sessions } = await second.client.isol8.listSessions({});
  expect(sessions.map((one) => one.sessionId)).toEqual(['long']);
  await second.client.isol8.deleteSession({ sessionId: 'long' });
  expect(await second.end('SIGTERM')).toBe(0);
  expect(await containersOf(docker, await instance(dataDir))).toEqual([]);
});

test('a restart of Docker ends sessions, says so, and leaves nothing', async () => {
  await using daemon = await DockerDaemon.start(['isol8/bash:latest']);
  const folder = await mkdtemp(join(tmpdir(), 'isol8-restart-'));
  const server = await start(folder, { ...NO_POOL, DOCKER_HOST: daemon.host });
  const { isol8 } = server.client;
  const sessionId = 'kept';
  const ask = { ...program('bash', 'echo ok'), sessionId, createSessionIfMissing: true };
  for (let round = 1; round <= ROUNDS; round++) {
    expect((await isol8.execute(ask)).stdout).toBe('ok\n');
    const running = isol8.execute({ ...program('', 'echo begun; sleep 1000'), sessionId });
    await delay(100 + Math.random() * 100);
    await daemon.end();
    // While Docker is away nobody can tell whether the sandbox is: the server asks for 20 s.
    await daemon.begin();
    expect(await running).toMatchObject({ outcome: Outcome.SANDBOX_LOST });
    for (const end = Date.now() + 30_000; Date.now() < end; await delay(100)) {
      if ((await isol8.getSession({ sessionId })).session?.state === SessionState.ENDED) break;
    }
    const refusal = await refusalFrom((options) => isol8.execute({ ...program('', '1'), sessionId }, options));
    expect(refusal).toMatchObject({ reason: 'SESSION_NOT_FOUND' });
    const own = await connectDocker(daemon.host);
    await settled(async () => await containersOf(own, await instance(folder)));
  }
  await server.end('SIGTERM');
  await rm(folder, { recursive: true });
});
