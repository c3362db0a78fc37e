import { setTimeout as delay } from 'node:timers/promises';
import PQueue from 'p-queue';
import { RELINK_PAUSE_MS, RELINK_TIMEOUT_MS, RELINKS_AT_ONCE } from '../constants.ts';
import { isConflict, isNotFound } from '../docker/errors.ts';
import type { KeptSandbox, SandboxFactory } from '../sandbox/factory.ts';

/** Nobody wants the link any more. */
class Unwanted extends Error {}

/**
 * Opens links to sandboxes that are kept, a few at a time: each takes a process in its sandbox, and those of all sessions
 * may break at once.
 */
export class Relinks {
  readonly #factory: Pick<SandboxFactory, 'relink'>;
  readonly #turns = new PQueue({ concurrency: RELINKS_AT_ONCE });

  constructor(factory: Pick<SandboxFactory, 'relink'>) {
    this.#factory = factory;
  }

  /**
   * Opens one, trying again until the container is known to be gone, or for RELINK_TIMEOUT_MS, the wait for its turn not
   * counted.
   *
   * @param isWanted is asked before each try
   * @throws what the last try failed with
   */
  open(kept: KeptSandbox, isWanted: () => boolean = () => true): ReturnType<SandboxFactory['relink']> {
    return this.#turns.add(async () => {
      for (const until = performance.now() + RELINK_TIMEOUT_MS; ; await delay(RELINK_PAUSE_MS)) {
        if (!isWanted()) throw new Unwanted('the session has ended meanwhile');
        try {
          return await this.#factory.relink(kept, Math.max(1, until - performance.now()));
        } catch (error) {
          if (isNotFound(error) || isConflict(error) || performance.now() > until) throw error;
        }
      }
    });
  }
}
