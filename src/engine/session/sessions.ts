import { randomBytes } from 'node:crypto';
import { ENDED_SESSION_TTL_MS, ENDED_SESSIONS_KEPT } from '../constants.ts';
import { EngineError } from '../errors.ts';
import { makeLinkKey } from '../guest/proof.ts';
import type { Pool } from '../pool/pool.ts';
import { findRuntime } from '../runtimes/registry.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { SessionRecord } from '../store/session-table.ts';
import type { EffectivePolicy } from '../types.ts';
import { Relinks } from './relinks.ts';
import { Seats } from './seats.ts';
import { Session, type SessionParts } from './session.ts';
import type { SessionFilter, SessionInfo } from './types.ts';
import type { SessionAccess, SessionUse } from './use.ts';

/** What all sessions of a server are made with. */
export interface BookParts extends Omit<SessionParts, 'onEnded' | 'relinks'> {
  readonly factory: SessionParts['factory'] & Pick<SandboxFactory, 'relink'>;
  readonly pool: Pool;
  /** Sessions at once. */
  readonly maxSessions: number;
}

/** A session to be made; nothing is wrong with it. */
export interface SessionOrder {
  readonly tenant: string;
  readonly id: string;
  readonly runtime: Runtime;
  readonly policy: EffectivePolicy;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifetimeMs: number;
  readonly idleTimeoutMs: number;
  /** Sessions that the tenant may have at once; as many as the server may when unset. */
  readonly maxSessions?: number | undefined;
}

/** One that lives, with its places. */
export interface Found {
  readonly session: Session;
  readonly seats: Seats;
}

/** All sessions of a server, by tenant and id. */
export class SessionBook implements SessionAccess {
  readonly #parts: BookParts;
  readonly #relinks: Relinks;
  readonly #live = new Map<string, Found>();
  readonly #making = new Map<string, Promise<Found>>();
  /** What is told of those that have ended, the oldest first. */
  readonly #ended = new Map<string, { readonly tenant: string; readonly info: SessionInfo; readonly at: number }>();

  constructor(parts: BookParts) {
    this.#parts = parts;
    this.#relinks = new Relinks(parts.factory);
  }

  /** One that lives; undefined when there is none. */
  find(tenant: string, id: string): Found | undefined {
    const found = this.#live.get(keyOf(tenant, id));
    return found?.session.isLive ? found : undefined;
  }

  /** @throws EngineError SESSION_NOT_FOUND */
  get(tenant: string, id: string): Found {
    const found = this.find(tenant, id);
    if (found === undefined) throw this.#missing(tenant, id);
    return found;
  }

  #missing(tenant: string, id: string): EngineError {
    const shown = id.slice(0, 128);
    const ended = this.told(tenant, id);
    const why =
      ended === undefined
        ? `there is no session "${shown}": create it first, or let create_session_if_missing do so`
        : `the session "${shown}" has ended: ${ended.endReason}`;
    return new EngineError('SESSION_NOT_FOUND', why, { metadata: { session_id: shown } });
  }

  /** One that lives or has ended lately. */
  told(tenant: string, id: string): SessionInfo | undefined {
    this.#expire();
    const key = keyOf(tenant, id);
    return this.#live.get(key)?.session.info ?? this.#ended.get(key)?.info;
  }

  /** All of a tenant that are told, the newest first. */
  list(tenant: string, { labels, runtime, states }: SessionFilter): SessionInfo[] {
    this.#expire();
    const live = [...this.#live.values()].map(({ session }) => ({ tenant: session.record.tenant, info: session.info }));
    return [...live, ...this.#ended.values()]
      .filter((one) => one.tenant === tenant)
      .map(({ info }) => info)
      .filter((info) => Object.entries(labels).every(([name, value]) => info.labels[name] === value))
      .filter(
        (info) => (runtime === '' || info.runtime === runtime) && (states.length === 0 || states.includes(info.state)),
      )
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  }

  /**
   * The session of an id, made when there is none. It is not handed to its caller yet: `ready` of its record says when.
   *
   * @returns whether it was made for this call, too
   * @throws EngineError QUOTA_EXCEEDED, and what the pool throws; the signal's reason when it aborts
   */
  async open(order: SessionOrder, signal: AbortSignal): Promise<Found & { readonly isNew: boolean }> {
    const key = keyOf(order.tenant, order.id);
    // What is found and what is begun for it must be one step: others wait for the same.
    for (let way = this.#inTheWay(key); way !== undefined; way = this.#inTheWay(key)) {
      await way;
      signal.throwIfAborted();
    }
    const known = this.#live.get(key);
    if (known !== undefined) return { ...known, isNew: false };
    this.#checkQuotas(order);
    const making = this.#make(order, signal).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return { ...(await making), isNew: true };
  }

  /** Ends one and resolves when nothing of it is left; one that is being made when this is called, too. */
  async delete(tenant: string, id: string): Promise<void> {
    const key = keyOf(tenant, id);
    await this.#making.get(key)?.catch(() => {});
    await this.#live.get(key)?.session.end('it was deleted');
  }

  /** What an execution in a session says of it. */
  placeFor(tenant: string, id: string) {
    return {
      id,
      noteContext: (name: string, lives: boolean) => {
        const contexts = this.find(tenant, id)?.session.contexts;
        if (lives) contexts?.add(name);
        else contexts?.delete(name);
      },
    };
  }

  async use(tenant: string, id: string): Promise<SessionUse> {
    const { session } = this.get(tenant, id);
    const leave = session.use();
    const sandbox = await session.sandbox();
    if (sandbox !== undefined) return { guest: sandbox.guest, [Symbol.dispose]: leave };
    leave();
    throw this.#missing(tenant, id);
  }

  /** Finds the sessions again that a process before this one left; what cannot be found is removed. */
  async recover(records: readonly SessionRecord[]): Promise<void> {
    await Promise.all(records.map((record) => this.#recover(record)));
  }

  /** Gives up all links; the sessions wait for the next process. */
  leave(): void {
    for (const { session } of this.#live.values()) session.leave();
  }

  /** How many a tenant has, those that are being made counted. */
  count(tenant: string): number {
    const prefix = keyOf(tenant, '').slice(0, -2);
    return [...this.#keys].filter((key) => key.startsWith(prefix)).length;
  }

  /** How many sessions a tenant may have, and how many more. */
  quotaOf(tenant: string, maxSessions = this.#parts.maxSessions) {
    const limit = Math.min(maxSessions, this.#parts.maxSessions);
    const free = this.#parts.maxSessions - this.#keys.size;
    return { name: 'sessions', limit, remaining: Math.max(0, Math.min(free, limit - this.count(tenant))) };
  }

  /** Of those that live and those that are being made; for a while one is both. */
  get #keys(): Set<string> {
    return new Set([...this.#live.keys(), ...this.#making.keys()]);
  }

  /** What has to be over before a key can be looked up: its session is being made, or one still ends, whose name nobody gets. */
  #inTheWay(key: string): Promise<unknown> | undefined {
    // Who makes it may give up; then it is for the next one to make.
    const making = this.#making.get(key)?.catch(() => {});
    const known = this.#live.get(key)?.session;
    return making ?? (known === undefined || known.isLive ? undefined : known.end(''));
  }

  #checkQuotas({ tenant, maxSessions = Number.POSITIVE_INFINITY }: SessionOrder): void {
    const most = this.#parts.maxSessions;
    const [whose, limit] =
      this.count(tenant) >= maxSessions
        ? ['this key', maxSessions]
        : this.#keys.size >= most
          ? ['this server', most]
          : [];
    if (whose === undefined) return;
    throw new EngineError(
      'QUOTA_EXCEEDED',
      `${whose} has ${limit} sessions already, and may have no more: delete one`,
      {
        metadata: { max_sessions: String(limit) },
      },
    );
  }

  async #make(order: SessionOrder, signal: AbortSignal): Promise<Found> {
    const { pool, table } = this.#parts;
    const { tenant, id, runtime, policy, labels, lifetimeMs, idleTimeoutMs } = order;
    // A session is never anybody's afterwards.
    const { sandbox } = await pool.acquire({ tenant, runtime, policy: { ...policy, reuse: 'NEVER' } }, signal);
    const now = Date.now();
    const record: SessionRecord = {
      tenant,
      id,
      runtime: runtime.name,
      container: sandbox.id,
      key: makeLinkKey(),
      uid: sandbox.uid,
      guestDigest: sandbox.guestDigest,
      imageEnvironment: sandbox.imageEnvironment,
      policy,
      labels,
      createdAt: now,
      expiresAt: now + lifetimeMs,
      idleTimeoutMs,
      lastUsedAt: now,
      executions: 0,
      ready: false,
    };
    // Before the guest outlives us: whoever comes after us must know of it.
    table.put(record);
    const found = this.#enter(new Session(this.#sessionParts(), record, sandbox, runtime));
    try {
      await found.session.keep();
      signal.throwIfAborted();
      return found;
    } catch (error) {
      await found.session.end('it could not be made');
      throw error;
    }
  }

  async #recover(record: SessionRecord): Promise<void> {
    const { factory, table, log } = this.#parts;
    const runtime = findRuntime(record.runtime);
    const why = runtime === undefined ? 'its runtime is gone' : record.ready ? '' : 'it was never handed out';
    try {
      if (runtime === undefined || why !== '') throw new Error(why);
      if (record.expiresAt <= Date.now()) throw new Error('its lifetime was over');
      const { sandbox, idleMs, contexts } = await this.#relinks.open(record);
      const session = new Session(this.#sessionParts(), record, sandbox, runtime, contexts);
      session.change({ lastUsedAt: Math.max(record.lastUsedAt, Date.now() - idleMs) });
      this.#enter(session).seats.bootAhead();
    } catch (error) {
      log.warn({ err: error, session: record.id, container: record.container }, 'a session is lost');
      await factory.removeKept(record);
      table.remove(record);
    }
  }

  #enter(session: Session): Found {
    const found = { session, seats: new Seats(session, this.#parts.factory) };
    const key = keyOf(session.record.tenant, session.record.id);
    this.#ended.delete(key);
    this.#live.set(key, found);
    return found;
  }

  #sessionParts(): SessionParts {
    return { ...this.#parts, relinks: this.#relinks, onEnded: (session) => this.#noteEnd(session) };
  }

  #noteEnd(session: Session): void {
    const { tenant, id, ready } = session.record;
    const key = keyOf(tenant, id);
    if (this.#live.get(key)?.session === session) this.#live.delete(key);
    if (ready) this.#ended.set(key, { tenant, info: session.info, at: Date.now() });
    this.#expire();
  }

  #expire(): void {
    const oldest = Date.now() - ENDED_SESSION_TTL_MS;
    for (const [key, { at }] of this.#ended) {
      if (at >= oldest && this.#ended.size <= ENDED_SESSIONS_KEPT) return;
      this.#ended.delete(key);
    }
  }
}

/** An id that nobody has. */
export function makeSessionId(): string {
  return randomBytes(16).toString('hex');
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id]);
}
