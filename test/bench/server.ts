import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChannelCredentials, createChannel, createClient } from 'nice-grpc';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '../../gen/grpc/health/v1/health_pb.ts';
import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { type ContainerSummary, listContainers } from '../../src/engine/docker/containers.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { definitionOf } from '../../src/service/definition.ts';
import type { Isol8Client } from '../support/client.ts';
import { settled } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** As many uids as the server's default range has. */
const UIDS = 1024;

/** The server's containers have to stay the same for this long before it counts as idle. */
const STILL_MS = 800;

/** How long the server may take to become idle. */
const IDLE_TIMEOUT_MS = 60_000;

/** Of pino's levels. */
const WARN = 40;

/** `isol8 serve` as its users run it, with its default settings, and a client of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly isol8: Isol8Client;
  readonly process: ServerProcess;
  /** What it printed to standard error. */
  readonly log: readonly string[];
  /** Its containers, waiting and used ones. */
  containers(): Promise<ContainerSummary[]>;
  /** Resolves when it starts and removes nothing any more: what waits, waits. */
  idle(signal: AbortSignal): Promise<void>;
}

/** Starts a server and waits until it says that it serves. Disposing of it fails when it does not end well, or leaves a container. */
export async function startBenchServer(
  docker: DockerConnection,
  nodeArguments: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'isol8-bench-'));
  const log: string[] = [];
  const onStderr = (text: string) => log.push(text);
  // Uids that no other server has tell on the host's /proc whose a process is.
  const first = 40_000 + UIDS * Math.floor(Math.random() * 16);
  const environment = {
    ISOL8_LOG_LEVEL: 'info',
    ISOL8_UID_FIRST: String(first),
    ISOL8_UID_LAST: String(first + UIDS - 1),
    ...settings,
  };
  const server = await startServerProcess(dataDir, environment, { nodeArguments, onStderr });
  const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim();
  const containers = () => listContainers(docker, `${LABELS.instance}=${instance}`);
  await untilServing(server.address);
  return {
    isol8: server.client.isol8,
    process: server,
    log,
    containers,
    idle: (signal) => untilStill(containers, signal),
    async [Symbol.asyncDispose]() {
      const code = await server.end('SIGTERM');
      await settled(async () => (await containers()).map(({ id }) => id));
      await rm(dataDir, { recursive: true });
      if (code !== 0) throw new Error(`the server ended with ${code}: ${log.join('').slice(-2000)}`);
    },
  };
}

/** Warnings and errors in a log of JSON lines, each message with how often it came. */
export function warningsIn(log: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of log
    .join('')
    .split('\n')
    .filter((one) => one.startsWith('{'))) {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string };
    if (level >= WARN) counts[msg] = (counts[msg] ?? 0) + 1;
  }
  return counts;
}

async function untilServing(address: string): Promise<void> {
  const channel = createChannel(address, ChannelCredentials.createInsecure());
  try {
    const health = createClient(definitionOf(Health), channel);
    for await (const { status } of health.watch({}, { signal: AbortSignal.timeout(IDLE_TIMEOUT_MS) })) {
      if (status === ServingStatus.SERVING) return;
    }
  } finally {
    channel.close();
  }
}

async function untilStill(containers: () => Promise<ContainerSummary[]>, signal: AbortSignal): Promise<void> {
  const end = performance.now() + IDLE_TIMEOUT_MS;
  let last = '';
  let since = performance.now();
  while (performance.now() - since < STILL_MS) {
    if (performance.now() > end) throw new Error('the server goes on starting and removing containers without calls');
    await delay(100, undefined, { signal });
    const now = (await containers())
      .map(({ id, state }) => `${id} ${state}`)
      .sort()
      .join();
    if (now !== last || /created|removing|exited/.test(now)) since = performance.now();
    last = now;
  }
}
