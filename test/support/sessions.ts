import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CreateSessionRequestSchema, Session } from '../../gen/isol8/v1/session_pb.ts';
import type { Isol8Client } from './client.ts';
import { program, type Request } from './collect.ts';

type Creation = Exclude<MessageInitShape<typeof CreateSessionRequestSchema>, { $typeName: string }>;

/** A session of a test, deleted when it is disposed of. */
export interface TestSession extends AsyncDisposable {
  readonly id: string;
  readonly session: Session;
  /** Runs code in it and answers with everything. */
  run(code: string, more?: Partial<Request>): ReturnType<Isol8Client['execute']>;
}

/** Makes a session. */
export async function openSession(isol8: Isol8Client, runtime: string, creation: Creation = {}): Promise<TestSession> {
  const { session } = await isol8.createSession({ runtime, ...creation });
  if (session === undefined) throw new Error('a session was made and not told');
  const { sessionId } = session;
  return {
    id: sessionId,
    session,
    run: (code, more = {}) => isol8.execute({ ...program('', code, more), sessionId }),
    async [Symbol.asyncDispose]() {
      await isol8.deleteSession({ sessionId });
    },
  };
}
