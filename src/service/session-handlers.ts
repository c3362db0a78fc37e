import type { ServiceImplementation } from 'nice-grpc';
import type { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import type { Engine } from '../engine/types.ts';
import {
  fromContextRequest,
  fromCreateSessionRequest,
  fromListSessionsRequest,
  fromOutputRequest,
  fromSessionName,
  fromUpdateSessionRequest,
  nextPageToken,
} from './convert/session.ts';
import { toSession, toSessionOutput, toSessionUsage } from './convert/session-info.ts';
import { foldEvents } from './convert/unary.ts';
import type { Definition } from './definition.ts';
import type { Caller, Noted } from './interceptors/context.ts';

type Handlers = ServiceImplementation<Definition<typeof Isol8Service>, Caller & Noted>;

/** The handlers of calls about sessions: convert, call the engine, convert. */
export function sessionHandlers(
  engine: Engine,
): Pick<
  Handlers,
  | 'createSession'
  | 'getSession'
  | 'listSessions'
  | 'updateSession'
  | 'deleteSession'
  | 'resetContext'
  | 'getSessionUsage'
  | 'readSessionOutput'
> {
  return {
    async createSession(request, context) {
      const converted = fromCreateSessionRequest(request, context);
      const created = await engine.sessions.create(converted.request, context.signal, converted.violations);
      const setup = created.setup && (await foldEvents(created.setup.events()));
      return { session: toSession(created.session()), setup };
    },

    async getSession(request, { tenant }) {
      return { session: toSession(engine.sessions.get(tenant, fromSessionName(request))) };
    },

    async listSessions(request, { tenant }) {
      const { filter, pageSize, after } = fromListSessionsRequest(request);
      const all = engine.sessions.list(tenant, filter);
      const rest = after === undefined ? all : all.filter((one) => after(one));
      const page = rest.slice(0, pageSize);
      return { sessions: page.map(toSession), nextPageToken: nextPageToken(page, rest) };
    },

    async updateSession(request, { tenant }) {
      const { id, change } = fromUpdateSessionRequest(request);
      return { session: toSession(await engine.sessions.update(tenant, id, change)) };
    },

    async deleteSession(request, { tenant }) {
      await engine.sessions.delete(tenant, fromSessionName(request));
      return {};
    },

    async resetContext(request, { tenant }) {
      const { id, context } = fromContextRequest(request);
      await engine.sessions.resetContext(tenant, id, context);
      return {};
    },

    async getSessionUsage(request, { tenant }) {
      return toSessionUsage(await engine.sessions.usage(tenant, fromSessionName(request)));
    },

    async readSessionOutput(request, { tenant }) {
      const { id, executionId, offsets } = fromOutputRequest(request);
      return toSessionOutput(await engine.sessions.output(tenant, id, executionId, offsets));
    },
  };
}
