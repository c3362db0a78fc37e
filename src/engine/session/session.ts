import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { SESSION_GRACE_MS, SESSION_LEASE_GRACE_MS } from '../constants.ts';
import { policyDigest } from '../policy/resolve.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { SessionRecord, SessionTable } from '../store/session-table.ts';
import { nextLook, whyOver } from './lease.ts';
import type { Relinks } from './relinks.ts';
import { SecretsSeen } from './secrets-seen.ts';
import type { SessionInfo, SessionState } from './types.ts';

/** What sessions work with. */
export interface SessionParts {
  readonly factory: Pick<SandboxFactory, 'removeKept' | 'boot'>;
  readonly relinks: Relinks;
  readonly table: SessionTable;
  readonly log: Logger;
  /** Told once when a session has ended. */
  readonly onEnded: (session: Session) => void;
}

/** A sandbox that stays, with its lease, its record and its link, which is opened again when it breaks. */
export class Session {
  readonly runtime: Runtime;
  /** Names of its interpreters. */
  readonly contexts: Set<string>;
  /** What its executions were told. */
  readonly secrets = new SecretsSeen();
  readonly #parts: SessionParts;
  #record: SessionRecord;
  #sandbox: Sandbox;
  #state: SessionState;
  #endReason = '';
  #uses = 0;
  /** Ends each of the executions that run in it. */
  readonly #running = new Set<() => void>();
  #idle: PromiseWithResolvers<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #linking: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: NodeJS.Immediate | undefined;
  #isLeft = false;

  /**
   * @param sandbox that is kept, or about to be
   * @param contexts that live in it already
   */
  constructor(
    parts: SessionParts,
    record: SessionRecord,
    sandbox: Sandbox,
    runtime: Runtime,
    contexts: readonly string[] = [],
  ) {
    this.contexts = new Set(contexts);
    this.#parts = parts;
    this.#record = record;
    this.#sandbox = sandbox;
    this.runtime = runtime;
    this.#state = record.ready ? 'READY' : 'STARTING';
    this.#watch(sandbox);
    this.#arm();
  }

  get record(): SessionRecord {
    return this.#record;
  }

  /** Whether it has not ended, and will not. */
  get isLive(): boolean {
    return this.#ending === undefined;
  }

  /** How many executions run in it. */
  get running(): number {
    return this.#running.size;
  }

  /** As its tenant sees it. */
  get info(): SessionInfo {
    const { id, policy, labels, createdAt, expiresAt, idleTimeoutMs, lastUsedAt, executions } = this.#record;
    return {
      id,
      runtime: this.runtime.name,
      state: this.#state,
      endReason: this.#endReason,
      policy,
      policyDigest: policyDigest(policy),
      labels,
      createdAt: new Date(createdAt),
      expiresAt: new Date(expiresAt),
      idleTimeoutMs,
      lastUsedAt: new Date(this.#uses > 0 ? Date.now() : lastUsedAt),
      executions: executions + this.running,
      running: this.running,
      contexts: [...this.contexts].sort(),
    };
  }

  /** Its sandbox, with a link that leads to it; undefined when it has ended. */
  async sandbox(): Promise<Sandbox | undefined> {
    while (this.#linking !== undefined) await this.#linking;
    return this.isLive ? this.#sandbox : undefined;
  }

  /** Says that somebody uses it from now on; what is returned says that he does no more. */
  use(): () => void {
    return this.#use(0);
  }

  /**
   * Says that an execution runs in it from now on; what is returned says that it does no more.
   *
   * @param cancel ends it
   */
  enter(cancel: () => void): () => void {
    const leave = this.#use(1);
    this.#running.add(cancel);
    return () => {
      this.#running.delete(cancel);
      if (this.#running.size === 0) this.#idle?.resolve();
      leave();
    };
  }

  /** Changes what is known of it, on disk too. */
  change(change: Partial<Omit<SessionRecord, 'tenant' | 'id' | 'container' | 'key'>>): void {
    this.#record = { ...this.#record, ...change };
    if (change.ready === true && this.#state === 'STARTING') this.#state = 'READY';
    this.#save();
    this.#arm();
  }

  /** Makes one change after the other: each begins with what the one before it left. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#turn.then(change);
    this.#turn = changed.catch(() => {});
    return changed;
  }

  /** Tells the guest its lease and its memory; the first time, from then on it outlives the link. */
  async keep(): Promise<void> {
    const { expiresAt, idleTimeoutMs, key, policy } = this.#record;
    await this.#sandbox.keep({
      lifetimeMs: Math.max(0, expiresAt - Date.now()) + SESSION_LEASE_GRACE_MS,
      idleTimeoutMs: idleTimeoutMs + SESSION_LEASE_GRACE_MS,
      key,
      memoryBytes: policy.limits.memoryBytes,
    });
  }

  /** Cancels what runs in it, removes its sandbox and resolves when nothing of it is left. The first reason counts. */
  end(reason: string): Promise<void> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  /** Gives up the link and nothing else: whoever has the record goes on with it. */
  leave(): void {
    if (this.#saving !== undefined) this.#save();
    this.#isLeft = true;
    clearTimeout(this.#timer);
    if (this.isLive) this.#sandbox.leave();
  }

  /** @param executions that the use is, for the count of them */
  #use(executions: number): () => void {
    this.#uses += 1;
    let used = false;
    return () => {
      if (used) return;
      used = true;
      this.#uses -= 1;
      if (!this.isLive) return;
      this.#record = { ...this.#record, lastUsedAt: Date.now(), executions: this.#record.executions + executions };
      // After the answer that waits for this.
      this.#saving ??= setImmediate(() => this.#save());
      this.#arm();
    };
  }

  /** Puts what is known on disk. */
  #save(): void {
    clearImmediate(this.#saving);
    this.#saving = undefined;
    if (this.isLive && !this.#isLeft) this.#parts.table.put(this.#record);
  }

  async #end(reason: string): Promise<void> {
    this.#state = 'ENDING';
    this.#endReason = reason;
    clearTimeout(this.#timer);
    // What it is cancelled for is told first, with what it had written.
    for (const cancel of this.#running) cancel();
    if (this.#running.size > 0 && this.#sandbox.isKept) {
      this.#idle = Promise.withResolvers();
      await Promise.race([this.#idle.promise, delay(SESSION_GRACE_MS, undefined, { ref: false })]);
    }
    if (this.#sandbox.isKept) await this.#sandbox[Symbol.asyncDispose]();
    else await this.#parts.factory.removeKept(this.#record);
    this.#parts.table.remove(this.#record);
    this.#state = 'ENDED';
    this.#parts.onEnded(this);
  }

  #watch(sandbox: Sandbox): void {
    void sandbox.ended.then((why) => {
      if (this.#isLeft || !this.isLive) return;
      sandbox.leave();
      const linking = this.#relink(why).finally(() => {
        // The new link may have broken already, and another one may be on its way.
        if (this.#linking === linking) this.#linking = undefined;
      });
      this.#linking = linking;
    });
  }

  async #relink(why: unknown): Promise<void> {
    const { relinks, log } = this.#parts;
    const { id, container } = this.#record;
    const isWanted = () => !this.#isLeft && this.isLive;
    log.info({ err: why, session: id, container }, 'the link to a session broke; opening another');
    try {
      const { sandbox, contexts } = await relinks.open(this.#record, isWanted);
      if (isWanted()) this.#adopt(sandbox, contexts);
      else sandbox.leave();
    } catch (error) {
      if (!isWanted()) return;
      log.warn({ err: error, session: id, container }, 'a session is lost');
      // Not awaited: it waits for executions, which wait for this.
      void this.end('its sandbox was lost');
    }
  }

  #adopt(sandbox: Sandbox, contexts: readonly string[]): void {
    this.#sandbox = sandbox;
    this.contexts.clear();
    for (const name of contexts) this.contexts.add(name);
    this.#watch(sandbox);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#isLeft || !this.isLive) return;
    const now = Date.now();
    this.#timer = setTimeout(
      () => {
        const why = whyOver(this.#record, this.#uses > 0, Date.now());
        if (why === undefined) this.#arm();
        else void this.end(why);
      },
      nextLook(this.#record, this.#uses > 0, now),
    ).unref();
  }
}
