import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { DOCKER_TIMEOUT_MS, REMOVE_TIMEOUT_MS } from '../constants.ts';
import type { DockerConnection } from './connect.ts';
import { isConflict, isNotFound } from './errors.ts';

/** A container as `listContainers` gives it. */
export interface ContainerSummary {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `created`, `running`, `exited`, … */
  readonly state: string;
  readonly createdAt: Date;
}

/**
 * Creates a container and does not start it.
 *
 * @returns its id
 */
export async function createContainer(docker: DockerConnection, name: string, spec: object): Promise<string> {
  const options = { ...spec, name, abortSignal: AbortSignal.timeout(DOCKER_TIMEOUT_MS) };
  const container = await docker.client.createContainer(options as Dockerode.ContainerCreateOptions);
  return container.id;
}

/** Attaches to all three standard streams of a container: a duplex whose readable side is Docker's multiplexed frames. */
export async function attachContainer(docker: DockerConnection, id: string): Promise<Duplex> {
  const stream = await docker.client.getContainer(id).attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  return stream as Duplex;
}

/** Starts a container. */
export async function startContainer(docker: DockerConnection, id: string): Promise<void> {
  await docker.client.getContainer(id).start({ abortSignal: AbortSignal.timeout(DOCKER_TIMEOUT_MS) });
}

/** What Docker can change about a container that runs. */
export interface LiveLimits {
  readonly Memory: number;
  readonly MemorySwap: number;
  readonly NanoCpus: number;
  readonly PidsLimit: number;
}

/** Changes limits of a running container; those that are not named stay. */
export async function updateContainer(
  docker: DockerConnection,
  id: string,
  limits: Partial<LiveLimits>,
): Promise<void> {
  await docker.client.getContainer(id).update({ ...limits, abortSignal: AbortSignal.timeout(DOCKER_TIMEOUT_MS) });
}

/** The limits that Docker says a container has now. */
export async function inspectLimits(docker: DockerConnection, id: string): Promise<LiveLimits> {
  const signal = AbortSignal.timeout(DOCKER_TIMEOUT_MS);
  const { HostConfig } = await docker.client.getContainer(id).inspect({ abortSignal: signal });
  const { Memory = 0, MemorySwap = 0, NanoCpus = 0, PidsLimit = 0 } = HostConfig;
  return { Memory, MemorySwap, NanoCpus, PidsLimit: PidsLimit ?? 0 };
}

/**
 * Kills and removes a container and resolves when it is gone. One that removes itself at the same time, or is gone
 * already, is no error.
 */
export async function removeContainer(docker: DockerConnection, id: string): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
  for (let wait = 10; ; wait = Math.min(wait * 2, 500)) {
    try {
      await docker.client.getContainer(id).remove({ force: true, v: true, abortSignal: signal });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      // Its own AutoRemove is at it: ask again until it is not found.
      if (!isConflict(error) || signal.aborted) throw error;
    }
    await delay(wait, undefined, { signal });
  }
}

/** All containers, running or not, that have a label (`name` or `name=value`). */
export async function listContainers(docker: DockerConnection, label: string): Promise<ContainerSummary[]> {
  const list = await docker.client.listContainers({
    all: true,
    filters: { label: [label] },
    abortSignal: AbortSignal.timeout(DOCKER_TIMEOUT_MS),
  });
  return list.map((one) => ({
    id: one.Id,
    labels: one.Labels,
    state: one.State,
    createdAt: new Date(one.Created * 1000),
  }));
}
