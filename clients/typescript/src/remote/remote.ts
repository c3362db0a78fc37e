import { Isol8 } from '../client.ts';
import { Isol8Engine } from './engine.ts';
import type { Isol8Options, RemoteSession } from './types.ts';

/** Where a server is. */
export interface RemoteOptions {
  /** `http://host:port`, `https://host:port`, `host:port` or `unix:/path`: that of gRPC. */
  readonly host: string;
  readonly apiKey: string;
  /** All executions run in this session, which is made when it does not exist. */
  readonly sessionId?: string;
}

/** A server elsewhere, in the shape of the reference library. */
export class RemoteIsol8 extends Isol8Engine {
  readonly #remote: RemoteOptions;

  /** @throws InvalidRequestError for an option that cannot be had */
  constructor(remote: RemoteOptions, options: Isol8Options = {}) {
    super(options, remote.sessionId);
    this.#remote = remote;
  }

  /** All sessions of the key. */
  async listSessions(): Promise<RemoteSession[]> {
    const client = await this.client();
    const sessions: RemoteSession[] = [];
    for await (const { id, info } of client.sessions.list({ states: ['STARTING', 'READY', 'ENDING'] })) {
      const lastAccessedAt = (info.lastUsedTime ?? info.createTime ?? new Date(0)).toISOString();
      sessions.push({ id, isActive: info.runningExecutions > 0, lastAccessedAt });
    }
    return sessions;
  }

  /** Ends a session. One that is gone is no error. */
  async deleteSession(sessionId: string): Promise<void> {
    const client = await this.client();
    await client.sessions.delete(sessionId);
  }

  protected override async connect(): Promise<Isol8> {
    const { host, apiKey } = this.#remote;
    return new Isol8({ address: host, apiKey });
  }

  protected override async disconnect(client: Isol8): Promise<void> {
    client.close();
  }
}
