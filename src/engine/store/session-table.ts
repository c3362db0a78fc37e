import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EffectivePolicy } from '../types.ts';

/** Everything that must be known to find a session's sandbox again. Times in milliseconds, since 1970 where they are points. */
export interface SessionRecord {
  readonly tenant: string;
  readonly id: string;
  readonly runtime: string;
  /** Of Docker. */
  readonly container: string;
  /** What a link after the first one is proved by. */
  readonly key: Uint8Array;
  /** The code's. */
  readonly uid: number;
  /** Of the guest in it, which may be that of a build before this one. */
  readonly guestDigest: string;
  /** `NAME=value`, of its image. */
  readonly imageEnvironment: readonly string[];
  readonly policy: EffectivePolicy;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly idleTimeoutMs: number;
  readonly lastUsedAt: number;
  /** How many it has had. */
  readonly executions: number;
  /** Whether it was handed to its caller; one that was not is nobody's after a restart. */
  readonly ready: boolean;
}

/** Sessions on disk. */
export class SessionTable {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO sessions (tenant, id, container, key, body) VALUES (?, ?, ?, ?, ?)',
    );
    this.#remove = database.prepare('DELETE FROM sessions WHERE tenant = ? AND id = ? AND container = ?');
    this.#all = database.prepare('SELECT tenant, id, container, key, body FROM sessions');
  }

  /** Adds a session, or replaces what is known of it. */
  put({ tenant, id, container, key, ...body }: SessionRecord): void {
    this.#put.run(tenant, id, container, key, JSON.stringify(body));
  }

  /** Forgets a session; not one that has taken its name since. */
  remove({ tenant, id, container }: SessionRecord): void {
    this.#remove.run(tenant, id, container);
  }

  /** All of them. */
  all(): SessionRecord[] {
    return this.#all.all().map(({ tenant, id, container, key, body }) => ({
      ...JSON.parse(String(body)),
      tenant: String(tenant),
      id: String(id),
      container: String(container),
      key: key as Uint8Array,
    }));
  }
}
