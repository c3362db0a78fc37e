import type { Logger } from 'pino';
import { SWEEP_MIN_AGE_MS } from '../constants.ts';
import type { DockerConnection } from '../docker/connect.ts';
import { type ContainerSummary, listContainers, removeContainer } from '../docker/containers.ts';
import type { ContainerEvent } from '../docker/events.ts';
import { isFrom, LABELS, type Owner } from './labels.ts';

/** What a sweeper works with. */
export interface SweeperParts {
  readonly docker: DockerConnection;
  readonly owner: Owner;
  /** Ids of the containers that this process uses. */
  readonly inUse: ReadonlySet<string>;
  readonly log: Logger;
}

/**
 * Whether a container of this server belongs to nobody: a process before this one made it and it is no session's, or this
 * one lost it. A young one may be one whose id Docker has not told us yet.
 */
function isOrphan(container: ContainerSummary, owner: Owner, inUse: ReadonlySet<string>, bornBefore: number): boolean {
  if (inUse.has(container.id)) return false;
  return !isFrom(owner, container.labels) || container.createdAt.getTime() <= bornBefore;
}

/** Removes what carries this server's label and belongs to nobody, created and never started included. */
export class Sweeper {
  readonly #parts: SweeperParts;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /**
   * Looks through all containers of this server. One that cannot be removed is logged and skipped.
   *
   * @param minAgeMs of those that this process made; 0 when it makes none now
   * @returns how many were removed
   */
  async sweep(minAgeMs = SWEEP_MIN_AGE_MS): Promise<number> {
    const { docker, owner, inUse } = this.#parts;
    const all = await listContainers(docker, `${LABELS.instance}=${owner.instance}`);
    const orphans = all.filter((one) => isOrphan(one, owner, inUse, Date.now() - minAgeMs));
    const removed = await Promise.all(orphans.map(({ id }) => this.#remove(id)));
    return removed.filter(Boolean).length;
  }

  /**
   * Removes a container that is made for a process before this one: Docker goes on with what a server asked for that was
   * killed meanwhile, after the sweep at the start of the next one.
   */
  note(event: ContainerEvent): void {
    const { owner } = this.#parts;
    if (event.action !== 'create' || event.labels[LABELS.instance] !== owner.instance) return;
    if (!isFrom(owner, event.labels)) void this.#remove(event.id);
  }

  async #remove(container: string): Promise<boolean> {
    const { docker, log } = this.#parts;
    try {
      await removeContainer(docker, container);
      return true;
    } catch (error) {
      log.error({ err: error, container }, 'an orphan stays');
      return false;
    }
  }
}
