import type { Calls } from './calls.ts';
import { Context } from './context.ts';
import { toMessage } from './convert/message.ts';
import { toPlain } from './convert/plain.ts';
import { execute } from './execute.ts';
import { ExecutionStream } from './execution.ts';
import { SessionFiles } from './files.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import {
  GetSessionUsageResponseSchema,
  ReadSessionOutputRequestSchema,
  ReadSessionOutputResponseSchema,
  type Session as SessionMessage,
  SessionSchema,
} from './gen/isol8/v1/session_pb.ts';
import type { CallOptions } from './options.ts';
import type { Result } from './result.ts';
import type { ExecuteRequest } from './types/request.ts';
import type { LeftOutputs, SessionChanges, SessionInfo, SessionUsage } from './types/session.ts';
import { maskOf } from './update-mask.ts';

/** What runs in a session; which one is known. */
export type SessionRequest = Omit<ExecuteRequest, 'sessionId' | 'createSessionIfMissing'>;

/** A sandbox that stays, until it is deleted or its lease ends. Disposing of it deletes it. */
export class Session implements AsyncDisposable {
  readonly id: string;
  /** How the files and the set-up script went that it was made with. Where that is not ok, the session has ended. */
  readonly setup: Result | undefined;
  readonly files: SessionFiles;
  readonly #calls: Calls;
  #info: SessionInfo;

  constructor(calls: Calls, message: SessionMessage, setup?: Result) {
    this.#calls = calls;
    this.#info = toPlain(SessionSchema, message);
    this.id = this.#info.sessionId;
    this.setup = setup;
    this.files = new SessionFiles(calls, this.id);
  }

  /** The session as the server last told it: when it was made, found, refreshed or updated. */
  get info(): SessionInfo {
    return this.#info;
  }

  /** Asks the server for `info`. */
  async refresh(options?: CallOptions): Promise<SessionInfo> {
    const { session } = await this.#calls.unary(Isol8Service.method.getSession, { sessionId: this.id }, options);
    return this.#note(session);
  }

  /** Runs a program to its end. */
  async execute(request: SessionRequest, options?: CallOptions): Promise<Result> {
    return await execute(this.#calls, { ...request, sessionId: this.id }, options);
  }

  /** Runs a program as a stream of events. */
  executeStream(request: SessionRequest, options: CallOptions = {}): ExecutionStream {
    return new ExecutionStream(this.#calls, { ...request, sessionId: this.id }, options);
  }

  /** An interpreter whose variables live on; nothing is sent before code runs in it. */
  context(name: string): Context {
    return new Context(this.#calls, this.id, name);
  }

  /** Changes what is given, and nothing else. */
  async update(changes: SessionChanges, options?: CallOptions): Promise<SessionInfo> {
    const session = toMessage(SessionSchema, { ...changes, sessionId: this.id });
    const request = { session, updateMask: { paths: maskOf(changes) } };
    return this.#note((await this.#calls.unary(Isol8Service.method.updateSession, request, options)).session);
  }

  /** What it holds now: memory, disks, processes. */
  async usage(options?: CallOptions): Promise<SessionUsage> {
    const answer = await this.#calls.unary(Isol8Service.method.getSessionUsage, { sessionId: this.id }, options);
    return toPlain(GetSessionUsageResponseSchema, answer);
  }

  /** What processes wrote that an execution left behind, from the offsets on; all that is kept without them. */
  async readOutput(
    executionId: string,
    {
      stdoutOffset,
      stderrOffset,
      ...options
    }: CallOptions & { readonly stdoutOffset?: number; readonly stderrOffset?: number } = {},
  ): Promise<LeftOutputs> {
    const plain = { sessionId: this.id, executionId, stdoutOffset, stderrOffset };
    const request = toMessage(ReadSessionOutputRequestSchema, plain);
    const answer = await this.#calls.unary(Isol8Service.method.readSessionOutput, request, options);
    return toPlain(ReadSessionOutputResponseSchema, answer);
  }

  /** Ends it; resolves when nothing of it is left. One that is gone is no error. */
  async delete(options?: CallOptions): Promise<void> {
    await this.#calls.unary(Isol8Service.method.deleteSession, { sessionId: this.id }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.delete();
  }

  #note(message: SessionMessage | undefined): SessionInfo {
    if (message !== undefined) this.#info = toPlain(SessionSchema, message);
    return this.#info;
  }
}
