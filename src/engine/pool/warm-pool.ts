import { setTimeout as delay } from 'node:timers/promises';
import { POOL_TICK_MS, REMOVAL_PAUSE_MS } from '../constants.ts';
import { policyDigest } from '../policy/resolve.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { PoolStatus, SandboxOrigin } from '../types.ts';
import { type Found, type FreshParts, FreshSandboxes } from './fresh.ts';
import type { Lease, Pool, Wanted } from './pool.ts';
import { UsedSandboxes } from './used.ts';

/** What the pool is made with. */
export interface PoolParts extends FreshParts {
  readonly factory: FreshParts['factory'] & Pick<SandboxFactory, 'reset'>;
}

/** Hands out sandboxes that nobody has used, and, where a policy allows it, those that its tenant has used before. */
export class WarmPool implements Pool, AsyncDisposable {
  readonly #parts: PoolParts;
  readonly #fresh: FreshSandboxes;
  readonly #used: UsedSandboxes;
  readonly #tick: NodeJS.Timeout;
  /** Sandboxes that are being removed. */
  readonly #removals = new Set<Promise<void>>();

  constructor(parts: PoolParts) {
    this.#parts = parts;
    const remove = (sandbox: Sandbox) => this.#remove(sandbox);
    this.#fresh = new FreshSandboxes(parts, remove);
    this.#used = new UsedSandboxes(parts.budget.count, remove);
    this.#tick = setInterval(() => {
      this.#fresh.balance();
      this.#used.expire(performance.now());
    }, POOL_TICK_MS).unref();
  }

  get warm(): boolean {
    return this.#fresh.warm;
  }

  status(): readonly PoolStatus[] {
    return this.#fresh.status;
  }

  async acquire(wanted: Wanted, signal: AbortSignal): Promise<Lease> {
    const { policy, runtime } = wanted;
    if (policy.reuse === 'NEVER') {
      const { sandbox, origin } = await this.#fresh.take(policy, runtime, signal);
      return lease(sandbox, origin, async () => {
        await delay(REMOVAL_PAUSE_MS);
        await sandbox[Symbol.asyncDispose]();
      });
    }
    const key = reuseKey(wanted);
    const { sandbox, origin } = await this.#usedOrFresh(key, wanted, signal);
    // What it holds must be known before anybody uses it, or nothing can be compared with it.
    if (sandbox.bootedWith === undefined) await this.#fresh.boot(sandbox, policy, runtime);
    return lease(sandbox, origin, () => this.#giveBack(key, sandbox, runtime));
  }

  /** One that rests or is about to; or else whichever comes first, the next that comes back or one that is started. */
  async #usedOrFresh(key: string, { policy, runtime }: Wanted, signal: AbortSignal): Promise<Found> {
    const rested = await this.#used.take(key);
    if (rested !== undefined) return reused(rested);
    if (this.#used.expects(key)) {
      const next = await this.#used.next(key, signal);
      if (next !== undefined) return reused(next);
    }
    const decided = new AbortController();
    const either = AbortSignal.any([signal, decided.signal]);
    const first = (found: Found): Found => {
      if (!decided.signal.aborted) decided.abort();
      else this.#remove(found.sandbox);
      return found;
    };
    const fresh = this.#fresh.take(policy, runtime, either).then(first);
    const used = this.#used
      .next(key, either)
      .then((sandbox) => (sandbox === undefined ? fresh : first(reused(sandbox))));
    // When one side fails the call fails: what cannot be started will not come back either.
    return Promise.race([used, fresh]).finally(() => decided.abort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#tick);
    this.#used.close();
    await this.#fresh.close();
    await Promise.all(this.#removals);
  }

  async #giveBack(key: string, sandbox: Sandbox, runtime: Runtime): Promise<void> {
    const odd = await this.#used.giveBack(key, sandbox, () => this.#parts.factory.reset(sandbox, runtime));
    if (odd === undefined) return;
    this.#parts.log.info({ err: odd, runtime: runtime.name }, 'a used sandbox is removed and not used again');
    await sandbox[Symbol.asyncDispose]();
  }

  #remove(sandbox: Sandbox): void {
    const removal = sandbox[Symbol.asyncDispose]();
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }
}

/** Same tenant, same image, same policy: nothing less may share a sandbox. */
function reuseKey({ tenant, runtime, policy }: Wanted): string {
  return JSON.stringify([tenant, runtime.image, policyDigest(policy)]);
}

function reused(sandbox: Sandbox): Found {
  return { sandbox, origin: 'REUSED' };
}

function lease(sandbox: Sandbox, origin: SandboxOrigin, giveBack: () => Promise<void>): Lease {
  let given = false;
  return {
    sandbox,
    origin,
    bootedWith: sandbox.bootedWith,
    async giveBack() {
      given = true;
      await giveBack();
    },
    clear: () => sandbox[Symbol.asyncDispose](),
    lost: () => sandbox.ranOutOfMemory(),
    async [Symbol.asyncDispose]() {
      if (!given) await sandbox[Symbol.asyncDispose]();
    },
  };
}
