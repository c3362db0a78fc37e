import PQueue from 'p-queue';
import type { Logger } from 'pino';
import { waitInLine } from '../../lib/wait-in-line.ts';
import {
  HAND_OUT_PING_MS,
  MAX_KINDS,
  MAX_WAITING_AGE_MS,
  REFILL_PAUSE_MAX_MS,
  REFILL_PAUSE_MS,
  REFILL_RETRY_MAX_MS,
  REFILL_RETRY_MS,
} from '../constants.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EffectivePolicy, PoolStatus, SandboxOrigin } from '../types.ts';
import { allocate, type Budget } from './allocate.ts';
import { Kind } from './kind.ts';
import { kindOf } from './shape.ts';

/** What waits is made with. */
export interface FreshParts {
  readonly factory: Pick<SandboxFactory, 'create' | 'boot' | 'retune'>;
  /** What waits from the start on, and never less. */
  readonly base: readonly { readonly runtime: Runtime; readonly policy: EffectivePolicy; readonly size: number }[];
  readonly budget: Budget;
  /** Runtime classes, as policies name them, whose sandboxes keep the limits that they were started with. */
  readonly fixed: ReadonlySet<string | undefined>;
  /** Sandboxes that are started at once, for callers and to wait together. */
  readonly maxStarts: number;
  /** Of these, those that nobody waits for. */
  readonly maxRefills: number;
  readonly log: Logger;
}

/** A sandbox to be handed out. */
export interface Found {
  readonly sandbox: Sandbox;
  readonly origin: SandboxOrigin;
}

/** Callers come first. */
const PRIORITY = { caller: 1, refill: 0 } as const;

/**
 * Sandboxes that nobody has used: some wait, and one is started when none does. What is taken is replaced in the
 * background; how many of which kind wait follows demand, within a budget.
 */
export class FreshSandboxes {
  readonly #parts: FreshParts;
  readonly #remove: (sandbox: Sandbox) => void;
  readonly #kinds = new Map<string, Kind>();
  readonly #starts: PQueue;
  readonly #closing = new AbortController();
  #refills = 0;
  /** Nothing is started for the pool before. */
  #refillAt = 0;
  /** Since when it has not been, for pauses alone. */
  #pausedSince: number | undefined;
  #warm = false;

  /** @param remove takes those that nobody shall have any more */
  constructor(parts: FreshParts, remove: (sandbox: Sandbox) => void) {
    this.#parts = parts;
    this.#remove = remove;
    this.#starts = new PQueue({ concurrency: parts.maxStarts });
    for (const { runtime, policy, size } of parts.base) {
      if (size > 0) this.#kinds.set(kindOf(runtime, policy), new Kind(runtime, policy, size));
    }
    this.balance();
  }

  /** Whether everything that should wait from the start waits, or was tried. */
  get warm(): boolean {
    return this.#warm;
  }

  /** One for each kind. */
  get status(): readonly PoolStatus[] {
    return [...this.#kinds.values()].map((kind) => kind.status);
  }

  /** One that waits, its limits changed where need be; or one that is started now. */
  async take(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Found> {
    const kind = this.#kind(policy, runtime);
    // With re-use a used one may yet come first, and then nobody wanted this.
    if (policy.reuse === 'NEVER') kind.demand.note(performance.now());
    try {
      const found = await this.#take(kind, policy, signal);
      if (policy.reuse !== 'NEVER') kind.demand.note(performance.now());
      return found;
    } finally {
      this.balance();
    }
  }

  async #take(kind: Kind, policy: EffectivePolicy, signal: AbortSignal): Promise<Found> {
    const waiting = (await this.#takeAlive(kind)) ?? (await this.#takeOther(kind, policy));
    if (waiting !== undefined) {
      kind.hits += 1;
      this.#pause();
      return waiting;
    }
    kind.misses += 1;
    return { sandbox: await this.#start(kind, signal), origin: 'NEW' };
  }

  /** Removes all that wait, and resolves when nothing is being started any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const kind of this.#kinds.values()) this.#retire(kind, kind.waiting.length);
    await this.#starts.onIdle();
  }

  /** Lets the interpreter of one boot. A sandbox in which it cannot is as good, and slower. */
  async boot(sandbox: Sandbox, policy: EffectivePolicy, runtime: Runtime): Promise<void> {
    const failure = await this.#parts.factory.boot(sandbox, policy, runtime).catch(String);
    if (failure === undefined) return;
    this.#parts.log.warn({ runtime: runtime.name, failure }, 'an interpreter did not boot ahead');
  }

  #kind(policy: EffectivePolicy, runtime: Runtime): Kind {
    const key = kindOf(runtime, policy);
    const kind = this.#kinds.get(key) ?? new Kind(runtime, policy, 0);
    this.#kinds.set(key, kind);
    return kind;
  }

  /** One that waits and answers; those that do not are removed. */
  async #takeAlive(kind: Kind): Promise<Found | undefined> {
    for (let sandbox = kind.take(); sandbox !== undefined; sandbox = kind.take()) {
      if (await sandbox.isAlive(HAND_OUT_PING_MS)) return { sandbox, origin: 'POOL' };
      this.#parts.log.warn({ runtime: kind.runtime.name }, 'a sandbox that waited does not answer');
      this.#remove(sandbox);
    }
    return undefined;
  }

  /** One that waits with other limits, which are changed; where Docker refuses that it is removed. */
  async #takeOther(kind: Kind, policy: EffectivePolicy): Promise<Found | undefined> {
    if (this.#parts.fixed.has(policy.runtimeClass)) return undefined;
    const others = [...this.#kinds.values()].filter((other) => other.shape === kind.shape && other.waiting.length > 0);
    // The one that misses it least.
    const [other] = others.sort((a, b) => b.waiting.length - b.target - (a.waiting.length - a.target));
    const found = other === undefined ? undefined : await this.#takeAlive(other);
    if (found === undefined) return undefined;
    try {
      await this.#parts.factory.retune(found.sandbox, policy);
      return { sandbox: found.sandbox, origin: 'POOL_UPDATED' };
    } catch (error) {
      this.#parts.log.warn({ err: error, runtime: kind.runtime.name }, 'the limits of a sandbox could not be changed');
      this.#remove(found.sandbox);
      return undefined;
    }
  }

  /** Waits for the next sandbox of a kind, whoever has it started, and has one started. */
  #start(kind: Kind, signal: AbortSignal): Promise<Sandbox> {
    const next = waitInLine(kind.waiters, signal);
    // A refill may have come before its turn, and then nobody waits any more.
    const start = () => (kind.waiters.length > 0 ? this.#startOne(kind) : Promise.resolve());
    this.#starts.add(start, { priority: PRIORITY.caller }).catch((error: unknown) => this.#noteFailure(kind, error));
    return next;
  }

  /** Starts one and gives it to whoever has waited longest, or lets it wait. */
  async #startOne(kind: Kind): Promise<void> {
    kind.starting += 1;
    try {
      const sandbox = await this.#parts.factory.create(kind.policy, kind.runtime, this.#closing.signal);
      const waiter = kind.waiters.shift();
      if (waiter !== undefined) waiter.resolve(sandbox);
      else await this.#letWait(kind, sandbox);
      kind.readied += 1;
    } catch (error) {
      const waiter = kind.waiters.shift();
      if (waiter === undefined) throw error;
      waiter.reject(error);
    } finally {
      kind.starting -= 1;
    }
  }

  /** Boots its interpreter; who has come meanwhile gets it all the same. */
  async #letWait(kind: Kind, sandbox: Sandbox): Promise<void> {
    await this.boot(sandbox, kind.policy, kind.runtime);
    const waiter = kind.waiters.shift();
    if (waiter !== undefined) return waiter.resolve(sandbox);
    if (this.#closing.signal.aborted) return this.#remove(sandbox);
    if (!sandbox.isReady) {
      this.#remove(sandbox);
      throw new Error('the sandbox was lost while its interpreter booted');
    }
    kind.waiting.push({ sandbox, since: performance.now() });
    void sandbox.ended.then(() => {
      const at = kind.waiting.findIndex((waiting) => waiting.sandbox === sandbox);
      if (at < 0) return;
      kind.waiting.splice(at, 1);
      this.#remove(sandbox);
      this.balance();
    });
  }

  /** Brings what waits to what should wait. */
  balance(): void {
    if (this.#closing.signal.aborted) return;
    const now = performance.now();
    this.#forget(now);
    const kinds = [...this.#kinds.values()].sort((a, b) => b.demand.wanted(now) - a.demand.wanted(now));
    const wishes = kinds.map(({ base, bytes, demand }) => ({ base, bytes, wanted: demand.wanted(now) }));
    for (const [i, target] of allocate(wishes, this.#parts.budget).entries()) {
      const kind = kinds[i];
      if (kind === undefined) continue;
      kind.target = target;
      this.#retire(kind, kind.waiting.length - target);
      const old = kind.waiting.filter(({ since }) => now - since > MAX_WAITING_AGE_MS).length;
      // One at a time, so that there is always another.
      if (old > 0 && kind.waiting.length >= target) this.#retire(kind, 1);
    }
    if (now >= this.#refillAt) this.#refill(kinds);
    // What cannot be had must not keep a server from being ready for the rest.
    const tried = (kind: Kind) => kind.failures > 0 || kind.readied >= Math.min(kind.base, kind.target);
    this.#warm ||= kinds.every(tried);
  }

  /** Leaves Docker to the call that has just got a sandbox. */
  #pause(): void {
    const now = performance.now();
    this.#pausedSince ??= now;
    const until = Math.min(now + REFILL_PAUSE_MS, this.#pausedSince + REFILL_PAUSE_MAX_MS);
    if (until <= this.#refillAt) return;
    this.#refillAt = until;
    setTimeout(() => this.balance(), Math.max(0, until - now) + 1).unref();
  }

  #refill(kinds: readonly Kind[]): void {
    const now = performance.now();
    const lacking = (kind: Kind) => (now < kind.retryAt ? 0 : kind.target - kind.waiting.length - kind.starting);
    while (this.#refills < this.#parts.maxRefills) {
      const [kind] = kinds.filter((one) => lacking(one) > 0).sort((a, b) => a.share - b.share);
      if (kind === undefined) return;
      this.#refills += 1;
      this.#pausedSince = undefined;
      // From now on, not from its turn: or more would be asked for.
      kind.starting += 1;
      const start = () => {
        kind.starting -= 1;
        return this.#startOne(kind);
      };
      this.#starts
        .add(start, { priority: PRIORITY.refill })
        .then(() => {
          kind.failures = 0;
        })
        .catch((error: unknown) => this.#noteFailure(kind, error))
        .finally(() => {
          this.#refills -= 1;
          this.balance();
        });
    }
  }

  #noteFailure(kind: Kind, error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const wait = Math.min(REFILL_RETRY_MAX_MS, REFILL_RETRY_MS * 2 ** kind.failures);
    kind.failures += 1;
    kind.retryAt = performance.now() + wait;
    this.#parts.log.warn(
      { err: error, runtime: kind.runtime.name, retryMs: wait },
      'the pool could not start a sandbox',
    );
  }

  /** Forgets kinds that nobody asks for any more, and the oldest when there are too many. */
  #forget(now: number): void {
    for (const [key, kind] of this.#kinds) {
      if (
        kind.isIdle(now) ||
        (this.#kinds.size > MAX_KINDS && kind.base === 0 && kind.waiters.length + kind.starting === 0)
      ) {
        this.#retire(kind, kind.waiting.length);
        this.#kinds.delete(key);
      }
    }
  }

  /** Removes so many that wait, the oldest first. */
  #retire(kind: Kind, count: number): void {
    for (let left = count; left > 0; left--) {
      const sandbox = kind.take();
      if (sandbox !== undefined) this.#remove(sandbox);
    }
  }
}
