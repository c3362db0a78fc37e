import type { Calls } from './calls.ts';
import { toMessage } from './convert/message.ts';
import { withFiles } from './convert/request.ts';
import { InternalError } from './errors.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import {
  CreateSessionRequestSchema,
  ListSessionsRequestSchema,
  type Session as SessionMessage,
} from './gen/isol8/v1/session_pb.ts';
import type { CallOptions } from './options.ts';
import { split } from './options.ts';
import { allPages } from './pages.ts';
import { Result } from './result.ts';
import { Session } from './session.ts';
import type { CreateSessionRequest, SessionFilter } from './types/session.ts';

/** The caller's sessions. */
export class Sessions {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Makes a session. One whose set-up failed has ended: `setup` of it says why. */
  async create(request: CreateSessionRequest, options?: CallOptions): Promise<Session> {
    const message = toMessage(CreateSessionRequestSchema, withFiles(request));
    const { session, setup } = await this.#calls.unary(Isol8Service.method.createSession, message, options);
    return new Session(this.#calls, present(session), setup && new Result(setup));
  }

  /** Finds a session. */
  async get(sessionId: string, options?: CallOptions): Promise<Session> {
    const { session } = await this.#calls.unary(Isol8Service.method.getSession, { sessionId }, options);
    return new Session(this.#calls, present(session));
  }

  /** All sessions that match, newest first; asked for page by page while they are read. */
  async *list(filter: SessionFilter & CallOptions = {}): AsyncGenerator<Session, void, undefined> {
    const [options, rest] = split(filter);
    yield* allPages(async (pageToken) => {
      const request = toMessage(ListSessionsRequestSchema, { ...rest, pageToken });
      const { sessions, nextPageToken } = await this.#calls.unary(Isol8Service.method.listSessions, request, options);
      return { items: sessions.map((session) => new Session(this.#calls, session)), nextPageToken };
    });
  }

  /** Ends a session; resolves when nothing of it is left. One that is gone is no error. */
  async delete(sessionId: string, options?: CallOptions): Promise<void> {
    await this.#calls.unary(Isol8Service.method.deleteSession, { sessionId }, options);
  }
}

function present(session: SessionMessage | undefined): SessionMessage {
  if (session === undefined) throw new InternalError('the server answered without a session', { code: 'INTERNAL' });
  return session;
}
