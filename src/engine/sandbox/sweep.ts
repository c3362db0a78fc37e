import type { Logger } from 'pino';
import { SWEEP_MIN_AGE_MS } from '../constants.ts';
import type { DockerConnection } from '../docker/connect.ts';
import { type ContainerSummary, listContainers, removeContainer } from '../docker/containers.ts';
import { LABELS } from './labels.ts';

/** Whether a container of this server belongs to nobody: a process before this one made it, or lost it. */
function isOrphan(container: ContainerSummary, owned: boolean, now: number, minAgeMs: number): boolean {
  return !owned && now - container.createdAt.getTime() >= minAgeMs;
}

/**
 * Removes every orphan that carries this server's label, those that were created and never started included. One that
 * cannot be removed is logged and skipped.
 *
 * @param minAgeMs at start 0, as nothing is under way yet
 * @returns how many were removed
 */
export async function sweep(
  docker: DockerConnection,
  instance: string,
  owns: (container: string) => boolean,
  log: Logger,
  minAgeMs = SWEEP_MIN_AGE_MS,
): Promise<number> {
  const all = await listContainers(docker, `${LABELS.instance}=${instance}`);
  const orphans = all.filter((one) => isOrphan(one, owns(one.id), Date.now(), minAgeMs));
  const results = await Promise.allSettled(orphans.map((one) => removeContainer(docker, one.id)));
  for (const [i, result] of results.entries()) {
    if (result.status === 'rejected') log.error({ err: result.reason, container: orphans[i]?.id }, 'an orphan stays');
  }
  return results.filter((one) => one.status === 'fulfilled').length;
}
