import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExecuteResponseSchema } from '../../gen/isol8/v1/execution_pb.ts';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import { createContainer } from '../../src/engine/docker/containers.ts';
import { ownerLabels } from '../../src/engine/sandbox/labels.ts';
import { containersOf, NO_POOL } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const CONCURRENCY = 8;
const KILLS = 20;
/** Servers that are killed at the same time, each in a data directory of its own. */
const LANES = 4;
/** Less than the interval of the sweep, so that only what the start does is seen. */
const SOON = { timeout: 20_000, interval: 100 };

/** A data directory and the servers that follow one another there. */
class Lane {
  readonly dataDir: string;
  readonly #docker: DockerConnection;
  constructor(docker: DockerConnection, dataDir: string) {
    this.#docker = docker;
    this.dataDir = dataDir;
  }

  start(): Promise<ServerProcess> {
    const settings = { ISOL8_MAX_CONCURRENT: String(CONCURRENCY), ISOL8_DRAIN_TIMEOUT: '0' };
    return startServerProcess(this.dataDir, { ...NO_POOL, ...settings });
  }

  /** What its servers have on Docker. */
  async containers(): Promise<string[]> {
    return containersOf(this.#docker, (await readFile(join(this.dataDir, 'instance'), 'utf8')).trim());
  }
}

let docker: DockerConnection;
const lanes: Lane[] = [];
beforeAll(async () => {
  docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  for (let i = 0; i < LANES + 3; i++) lanes.push(new Lane(docker, await mkdtemp(join(tmpdir(), 'isol8-left-'))));
});
afterAll(async () => {
  for (const lane of lanes) await rm(lane.dataDir, { recursive: true });
});

/** Runs a command and gives how it ended, with its output. */
async function run(server: ServerProcess, command: string): Promise<string> {
  const answer = await server.client.isol8.execute({ runtime: 'bash', source: { case: 'command', value: command } });
  const { outcome, exitCode, stdout } = toJson(ExecuteResponseSchema, answer) as Record<string, unknown>;
  return `${outcome} ${exitCode} ${stdout}`;
}

/** Volumes without a name of anybody's. */
async function anonymousVolumes(): Promise<string[]> {
  const { Volumes: volumes } = await docker.client.listVolumes();
  return volumes
    .map(({ Name: name }) => name)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .sort();
}

test('50 executions, 8 at once, leave nothing', async () => {
  const [lane] = lanes.slice(-1) as [Lane];
  const server = await lane.start();
  const many = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => run(server, `echo ${i}`)));
  await many(CONCURRENCY);
  await expect.poll(() => lane.containers(), SOON).toEqual([]);
  const before = { files: server.openFiles(), volumes: await anonymousVolumes(), data: await readdir(lane.dataDir) };
  expect(await many(50)).toEqual(Array.from({ length: 50 }, (_, i) => `OUTCOME_EXITED 0 ${i}\n`));
  await expect.poll(() => lane.containers(), SOON).toEqual([]);
  await expect.poll(() => server.openFiles(), SOON).toBeLessThanOrEqual(before.files);
  expect(await anonymousVolumes()).toEqual(before.volumes);
  expect(await readdir(lane.dataDir)).toEqual(before.data);
  expect(await server.end('SIGTERM')).toBe(0);
});

describe('a server that is killed', () => {
  test(`${KILLS} times leaves nothing to the next one, and nobody else’s is touched`, async () => {
    const [bystander, ...victims] = lanes.slice(0, LANES + 1) as [Lane, ...Lane[]];
    const other = await bystander.start();
    let over = false;
    const others = async () => {
      const answers: string[] = [];
      while (!over) answers.push(await run(other, 'sleep 2; echo whole'));
      return answers;
    };
    const running = Promise.all([others(), others()]);
    await Promise.all(victims.map((lane) => killAgainAndAgain(lane, KILLS / LANES)));
    over = true;
    const answers = (await running).flat();
    expect(answers.length).toBeGreaterThan(2);
    expect(new Set(answers)).toEqual(new Set(['OUTCOME_EXITED 0 whole\n']));
    expect(await other.end('SIGTERM')).toBe(0);
    expect(await bystander.containers()).toEqual([]);
  }, 240_000);
});

test('what Docker makes late, for a server that was killed, is removed by the one that follows', async () => {
  const [lane] = lanes.slice(-2) as [Lane, Lane];
  const server = await lane.start();
  const running = run(server, 'sleep 3; echo whole');
  const instance = (await readFile(join(lane.dataDir, 'instance'), 'utf8')).trim();
  const owner = ownerLabels({ instance, process: 'one before' });
  const late = await createContainer(docker, `isol8-late-${instance}`, { Image: 'isol8/bash:latest', Labels: owner });
  await expect.poll(() => lane.containers(), SOON).not.toContain(late);
  expect(await running).toBe('OUTCOME_EXITED 0 whole\n');
  expect(await server.end('SIGTERM')).toBe(0);
  expect(await lane.containers()).toEqual([]);
});

/** Kills servers at moments by chance, with executions under way; each next one must find what they left. */
async function killAgainAndAgain(lane: Lane, times: number): Promise<void> {
  for (let i = 0; i <= times; i++) {
    const server = await lane.start();
    await expect.poll(() => lane.containers(), SOON).toEqual([]);
    if (i === times) {
      expect(await run(server, 'echo still here')).toBe('OUTCOME_EXITED 0 still here\n');
      expect(await server.end('SIGTERM')).toBe(0);
      continue;
    }
    const broken = Array.from({ length: 4 }, (_, n) => run(server, `sleep ${n % 2 ? 0 : 600}`).catch(() => 'cut'));
    // The moment is what is by chance here, from before the first container is asked for until all of them run.
    await delay(randomInt(1000));
    await server.end('SIGKILL');
    await Promise.all(broken);
  }
  expect(await lane.containers()).toEqual([]);
}
