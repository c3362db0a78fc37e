import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config.ts';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { type Isol8, startIsol8 } from '../../src/main.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { connect, type TestClient } from './client.ts';

export const TEST_KEY = 'a-key-of-the-tests-0123456789';

/** Settings with which nothing waits: every container is that of an execution. */
export const NO_POOL = { ISOL8_POOL: 'none', ISOL8_POOL_MAX: '0' };

/** A whole isol8 of its own data directory on a free port, and a client. */
export interface TestServer extends AsyncDisposable {
  readonly app: Isol8;
  readonly address: string;
  readonly client: TestClient;
  readonly docker: DockerConnection;
  readonly instance: string;
  /** Ids of the containers that it has on Docker, started or not. */
  containers(): Promise<string[]>;
  /** Resolves when it has none but those that wait in its pool; fails when it still has some after 15 s. */
  settled(): Promise<void>;
  /** Resolves when a sandbox of a runtime waits that an execution with default limits will get. */
  waiting(runtime: string): Promise<void>;
}

/**
 * Starts a server in this process. Disposing of it fails when it leaves a container.
 *
 * @param onLog called with each line of the log, which is this process's standard error otherwise
 */
export async function startTestServer(
  environment: Record<string, string> = {},
  onLog?: (line: string) => void,
): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  const config = loadConfig({
    ...process.env,
    ISOL8_LISTEN: '127.0.0.1:0',
    ISOL8_API_KEY: TEST_KEY,
    ISOL8_DATA_DIR: dataDir,
    ISOL8_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    ...environment,
  });
  const app = await startIsol8(config, createLog(config.logLevel, onLog && { write: onLog }));
  const docker = await connectDocker(config.dockerHost);
  const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim();
  const client = connect(app.server.address, TEST_KEY);
  const containers = () => containersOf(docker, instance);
  return {
    app,
    address: app.server.address,
    client,
    docker,
    instance,
    containers,
    settled: () => settled(async () => withoutWaiting(await containers(), app)),
    async waiting(runtime) {
      const waits = () => app.engine.poolStatus().some((pool) => pool.runtime === runtime && pool.idle > 0);
      for (const end = Date.now() + 30_000; !waits(); await delay(10)) {
        if (Date.now() > end) throw new Error(`nothing waits: ${JSON.stringify(app.engine.poolStatus())}`);
      }
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await app[Symbol.asyncDispose]();
      const left = await containers();
      await rm(dataDir, { recursive: true });
      if (left.length > 0) throw new Error(`containers are left: ${left.join(', ')}`);
    },
  };
}

/** Which of them wait cannot be seen, but how many. */
function withoutWaiting(containers: string[], app: Isol8): string[] {
  const waiting = app.engine.poolStatus().reduce((sum, { idle }) => sum + idle, 0);
  return containers.length <= waiting ? [] : containers;
}

/** Ids of the containers of a server. */
export async function containersOf(docker: DockerConnection, instance: string): Promise<string[]> {
  return (await listContainers(docker, `${LABELS.instance}=${instance}`)).map(({ id }) => id);
}

/** Resolves when a list is empty; fails when it is not after 15 s. */
export async function settled(containers: () => Promise<string[]>): Promise<void> {
  let left: string[] = [];
  for (const end = Date.now() + 15_000; Date.now() < end; await delay(50)) {
    left = await containers();
    if (left.length === 0) return;
  }
  throw new Error(`containers are left: ${left.join(', ')}`);
}
