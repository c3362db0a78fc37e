import { randomUUID } from 'node:crypto';
import type { Isol8 } from '../client.ts';
import type { FileContent } from '../content.ts';
import { refuse } from '../convert/value.ts';
import { AlreadyExistsError, InvalidRequestError, NotFoundError } from '../errors.ts';
import type { CallOptions } from '../options.ts';
import type { Session } from '../session.ts';
import type { ExecuteRequest } from '../types/request.ts';
import { toStreamEvents } from './events.ts';
import { checkOptions, policyOf } from './policy.ts';
import { toRequest } from './request.ts';
import { checkRan, toResult } from './result.ts';
import type { ExecutionRequest, ExecutionResult, Isol8Options, StreamEvent } from './types.ts';

/** How long a program may run where nobody says anything, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** A session nobody used for this long ends, in milliseconds. */
const IDLE_TIMEOUT_MS = 3_600_000;

/** A session that is used lives on: its lease is made this long, in milliseconds, when half of that is left. */
const LEASE_MS = 3_600_000;

/**
 * isol8 in the shape of the reference library, on whatever server a subclass connects to. With a session (a `sessionId`,
 * or mode `persistent`) all executions share one sandbox, whose runtime is that of the first.
 */
export abstract class Isol8Engine implements AsyncDisposable {
  protected readonly options: Isol8Options;
  readonly #sessionId: string | undefined;
  #client: Promise<Isol8> | undefined;
  #session: Promise<Session> | undefined;

  /** @throws InvalidRequestError for an option that cannot be had */
  constructor(options: Isol8Options = {}, sessionId?: string) {
    checkOptions(options);
    this.options = options;
    this.#sessionId = sessionId ?? (options.mode === 'persistent' ? randomUUID() : undefined);
  }

  /** Connects to the server; called when there is no connection and one is needed. */
  protected abstract connect(): Promise<Isol8>;

  /** Ends what `connect` gave. */
  protected abstract disconnect(client: Isol8): Promise<void>;

  /** Connects, and sees that the server answers and takes the key. Starting twice is no error. */
  async start(): Promise<void> {
    const client = await this.client();
    await client.serverInfo();
  }

  /** Deletes the session, where one was used, and ends the connection. Stopping twice is no error. */
  async stop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    this.#session = undefined;
    if (client === undefined) return;
    try {
      if (this.#sessionId !== undefined) await client.sessions.delete(this.#sessionId);
    } finally {
      await this.disconnect(client);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Runs a program to its end. That it failed is no error, but that it could not be run is.
   *
   * @throws Isol8Error; ExecutionFailedError where the set-up script failed
   */
  async execute(request: ExecutionRequest, options: CallOptions = {}): Promise<ExecutionResult> {
    const asked = new Date();
    const client = await this.client();
    const result = await this.#inSession(request, (prepared) => client.execute(prepared, options));
    return toResult(checkRan(result), request, asked);
  }

  /** Runs a program as a stream of events. Leaving the loop cancels it. */
  async *executeStream(
    request: ExecutionRequest,
    options: CallOptions = {},
  ): AsyncGenerator<StreamEvent, void, undefined> {
    if (request.outputPaths !== undefined) refuse('outputPaths', 'cannot be had in a stream: use execute');
    const client = await this.client();
    const stream = await this.#inSession(request, async (prepared) => client.executeStream(prepared, options));
    yield* toStreamEvents(stream);
  }

  /** Writes a file of the session, which the first execution makes. */
  async putFile(path: string, content: FileContent): Promise<void> {
    const session = await this.#files();
    await session.files.write(path, content);
  }

  /** Reads a file of the session. */
  async getFile(path: string): Promise<Buffer> {
    const session = await this.#files();
    return Buffer.from(await session.files.read(path));
  }

  /** The client; connects when there is none. */
  protected async client(): Promise<Isol8> {
    const connecting = this.#client ?? this.connect();
    this.#client = connecting;
    // A failed attempt is not the last one.
    connecting.catch(() => {
      if (this.#client === connecting) this.#client = undefined;
    });
    return await connecting;
  }

  async #inSession<T>(request: ExecutionRequest, call: (request: ExecuteRequest) => Promise<T>): Promise<T> {
    const prepared = toRequest(request, this.options);
    if (this.#sessionId === undefined) return await call(prepared);
    const timeoutMs = request.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#session ??= this.#open(this.#sessionId, request.runtime);
    try {
      await renew(await this.#session);
      const { image: _, ...rest } = prepared;
      return await call({ ...rest, sessionId: this.#sessionId, policy: { limits: { timeoutMs } } });
    } catch (error) {
      // The next one makes another session; this one says that what was in it is gone.
      if (error instanceof NotFoundError) this.#session = undefined;
      throw error;
    }
  }

  /** Makes the session, or takes the one that is there, with the options that it was made with. */
  async #open(sessionId: string, runtime: string): Promise<Session> {
    const client = await this.client();
    const { image } = this.options;
    try {
      const { ceilings } = await client.serverInfo();
      // Each execution has its own time, which can only be shorter than that of its session.
      const policy = policyOf(this.options, ceilings.timeoutMs);
      const named = { sessionId, runtime, policy, idleTimeoutMs: IDLE_TIMEOUT_MS };
      return await client.sessions.create({ ...named, ...(image !== undefined && { image }) });
    } catch (error) {
      if (error instanceof AlreadyExistsError) return await client.sessions.get(sessionId);
      this.#session = undefined;
      throw error;
    }
  }

  async #files(): Promise<Session> {
    if (this.#sessionId === undefined) {
      refuse('sessionId', 'is missing: files are those of a session; give a sessionId, or mode `persistent`');
    }
    const client = await this.client();
    return await (this.#session ?? client.sessions.get(this.#sessionId));
  }
}

async function renew(session: Session): Promise<void> {
  const { expireTime } = session.info;
  if (expireTime === undefined || expireTime.getTime() - Date.now() > LEASE_MS / 2) return;
  try {
    await session.update({ expireTime: new Date(Date.now() + LEASE_MS) });
  } catch (error) {
    // It has as long as the server allows.
    if (!(error instanceof InvalidRequestError)) throw error;
  }
}
