import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { bash } from '../../src/engine/runtimes/bash.ts';
import { python } from '../../src/engine/runtimes/python.ts';
import type { Runtime } from '../../src/engine/runtimes/runtime.ts';
import { VolumeGuestSupply } from '../../src/engine/sandbox/guest-supply.ts';
import { ImageCatalog } from '../../src/engine/sandbox/images.ts';
import type { PoolStatus } from '../../src/engine/types.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { program, type Request } from '../support/collect.ts';
import { EngineBench } from '../support/engine.ts';
import { containersOf, NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';

const MIB = 1024n * 1024n;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** A server of which a pool holds this much. */
async function start(pool: string, environment: Record<string, string> = {}): Promise<TestServer> {
  server = await startTestServer({ ISOL8_POOL: pool, ...environment });
  await until(() => server?.app.engine.healthy === true);
  return server;
}

/** Waits for a state of the pool. */
async function until(state: () => boolean, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !state(); await delay(20)) {
    if (Date.now() > end) throw new Error(`it did not come to it: ${JSON.stringify(server?.app.engine.poolStatus())}`);
  }
}

function pool(runtime: string): PoolStatus {
  const found = server?.app.engine.poolStatus().find((one) => one.runtime === runtime);
  if (found === undefined) throw new Error(`no pool of ${runtime}`);
  return found;
}

async function run(request: Request): Promise<ExecuteResponse> {
  if (server === undefined) throw new Error('no server');
  return await server.client.isol8.execute(request);
}

/** Ids of the containers that wait, as Docker has them. */
async function waitingContainers(): Promise<string[]> {
  return (await server?.containers()) ?? [];
}

const hello = program('bash', 'echo hello');

describe('the pool', () => {
  test('has them wait when it says that it is ready, hands each out once, and replaces it', async () => {
    await start('bash=2');
    expect(pool('bash')).toMatchObject({ idle: 2, target: 2 });
    expect(await waitingContainers()).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      await until(() => pool('bash').idle > 0);
      const answer = await run(program('bash', 'ls -A /sandbox /tmp /dev/shm; touch /tmp/mark /dev/shm/mark; id -u'));
      expect(answer).toMatchObject({ outcome: Outcome.EXITED, timings: { sandbox: SandboxOrigin.POOL } });
      expect(answer.stdout).toMatch(/^\/dev\/shm:\n\n\/sandbox:\nmain.sh\n\n\/tmp:\n\d+\n$/);
    }
    await until(() => pool('bash').idle === pool('bash').target);
  });

  test('starts one when none waits, and none ahead where it may not', async () => {
    await start('bash=3', { ISOL8_POOL_MAX: '0' });
    const answers = await Promise.all([1, 2, 3].map(() => run(hello)));
    expect(answers.map(({ timings }) => timings?.sandbox)).toEqual(answers.map(() => SandboxOrigin.NEW));
    await server?.settled();
  });

  test('never hands out one that is dead or does not answer', async () => {
    await start('bash=3');
    const [dead, frozen] = await waitingContainers();
    const docker = server?.docker.client;
    await docker?.getContainer(frozen ?? '').pause();
    await docker?.getContainer(dead ?? '').kill();
    const answers = await Promise.all([1, 2, 3, 4].map(() => run(hello)));
    expect(answers.map(({ outcome, stdout }) => [outcome, stdout])).toEqual(
      answers.map(() => [Outcome.EXITED, 'hello\n']),
    );
    await until(() => pool('bash').idle >= 3);
    expect(await waitingContainers()).not.toContain(dead);
  });

  test('changes the limits of one that waits where Docker can, and they hold', async () => {
    await start('bash=1');
    const limits = { memoryBytes: 96n * MIB, processes: 20, cpuCores: 0.5 };
    const hold = program(
      'bash',
      'sleep 3 & echo $!; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; ulimit -u; wait',
      {
        policy: { limits },
      },
    );
    const running = run(hold);
    await until(() => server?.app.engine.poolStatus().some(({ hits }) => hits > 0) ?? false);
    // Some may be on their way out.
    const specs = await Promise.allSettled(
      (await waitingContainers()).map(async (id) => server?.docker.client.getContainer(id).inspect()),
    );
    const cpus = specs.map((one) => (one.status === 'fulfilled' ? one.value?.HostConfig.NanoCpus : undefined));
    expect(cpus).toContain(500_000_000);
    const answer = await running;
    expect(answer.timings?.sandbox).toBe(SandboxOrigin.POOL_UPDATED);
    expect(answer.stdout).toMatch(/\n84\n20\n$/);
    expect(answer.effectivePolicy?.limits).toMatchObject(limits);
    const bomb = await run(
      program('bash', 'a=x; while :; do a=$a$a$a; done', { policy: { limits: { memoryBytes: 96n * MIB } } }),
    );
    expect(bomb.outcome).toBe(Outcome.OUT_OF_MEMORY);
  });

  test('starts another one where Docker cannot, and learns to have it wait', async () => {
    await start('bash=1');
    const other = { ...hello, policy: { limits: { workspaceBytes: 8n * MIB } } };
    const first = await Promise.all([run(other), run(other)]);
    expect(first.map(({ timings }) => timings?.sandbox)).toEqual([SandboxOrigin.NEW, SandboxOrigin.NEW]);
    await until(() => server?.app.engine.poolStatus().filter(({ idle }) => idle > 0).length === 2);
    expect((await run(other)).timings?.sandbox).toBe(SandboxOrigin.POOL);
  });

  test('goes on when Docker was away', async () => {
    await start('bash=2');
    for (const id of await waitingContainers()) await server?.docker.client.getContainer(id).kill();
    await until(() => pool('bash').idle === 0);
    await until(() => pool('bash').idle >= 2);
    expect((await run(hello)).timings?.sandbox).toBe(SandboxOrigin.POOL);
  });

  test('leaves what waits of a killed server to the next one, which removes it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'isol8-pool-'));
    const containers = async () => {
      const docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
      return containersOf(docker, (await readFile(join(dataDir, 'instance'), 'utf8')).trim());
    };
    try {
      const killed = await startServerProcess(dataDir, { ISOL8_POOL: 'bash=2,python=1' });
      await expect.poll(containers, { timeout: 20_000 }).toHaveLength(3);
      await killed.end('SIGKILL');
      const next = await startServerProcess(dataDir, NO_POOL);
      await expect.poll(containers, { timeout: 20_000 }).toEqual([]);
      await next.end('SIGTERM');
      const drained = await startServerProcess(dataDir, { ISOL8_POOL: 'bash=2' });
      await expect.poll(containers, { timeout: 20_000 }).toHaveLength(2);
      expect(await drained.end('SIGTERM')).toBe(0);
      expect(await containers()).toEqual([]);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  test('is ready without a kind that cannot be had, and has the others wait', async () => {
    const bench = await EngineBench.open();
    const images = new (class extends ImageCatalog {
      override find(runtime: Runtime) {
        return runtime.name === 'python' ? Promise.reject(new Error('gone')) : super.find(runtime);
      }
    })(bench.docker);
    const supply = await VolumeGuestSupply.open(
      bench.docker,
      guestBinaryPath(bench.docker.info.architecture),
      bench.owner,
      createLog('silent'),
    );
    const base = [python, bash].map((runtime) => ({ runtime, size: 2 }));
    {
      await using engine = bench.engine(supply, images, () => {}, base);
      await expect.poll(() => engine.healthy, { timeout: 20_000 }).toBe(true);
      await expect.poll(() => engine.poolStatus().map(({ idle }) => idle), { timeout: 20_000 }).toEqual([0, 2]);
    }
    await bench[Symbol.asyncDispose]();
  });

  test('a burst is served, and what is cancelled while it waits takes nothing with it', async () => {
    await start('bash=1');
    const gone = new AbortController();
    const burst = Array.from({ length: 12 }, () => run(hello));
    const cancelled = Array.from({ length: 6 }, () =>
      server?.client.isol8.execute(hello, { signal: gone.signal }).catch((error: unknown) => error),
    );
    await delay(100);
    gone.abort();
    await Promise.all(cancelled);
    const answers = await Promise.all(burst);
    expect(new Set(answers.map(({ stdout }) => stdout))).toEqual(new Set(['hello\n']));
  });
});
