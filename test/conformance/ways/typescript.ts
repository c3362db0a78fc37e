import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import {
  type ExecuteRequest,
  type ExecutionEvent,
  Isol8,
  Isol8Error,
  type CallOptions as Options,
  type OutputEvent,
  type Result,
  type Session,
} from '../../../clients/typescript/src/index.ts';
import { DisplaySchema } from '../../../gen/isol8/v1/display_pb.ts';
import {
  ExecuteRequestSchema,
  ExecuteResponseSchema,
  ExecutionEventSchema,
  ExecutionPhaseSchema,
  ExecutionQueuedSchema,
  ExecutionStartedSchema,
} from '../../../gen/isol8/v1/execution_pb.ts';
import {
  FileChunkSchema,
  FileInfoSchema,
  WriteFileHeaderSchema,
  WriteFileResponseSchema,
} from '../../../gen/isol8/v1/file_pb.ts';
import {
  GetServerInfoResponseSchema,
  Isol8Service,
  ResolvePolicyResponseSchema,
} from '../../../gen/isol8/v1/service_pb.ts';
import {
  GetSessionUsageResponseSchema,
  ReadSessionOutputResponseSchema,
  SessionSchema,
} from '../../../gen/isol8/v1/session_pb.ts';
import type { Answer, CallOptions, Method, Way } from '../way.ts';
import { fromJsonIdiom, type Idiom, toJsonIdiom } from './idiom.ts';

/** The TypeScript client, through what its users see: what it says is turned back into JSON from its own fields. */
export function typescriptWay(address: string, key: string): Way {
  const isol8 = new Isol8({ address, apiKey: key });
  return {
    async call(method, request, { deadlineMs, onEvent }) {
      const options = deadlineMs === undefined ? {} : { deadlineMs };
      try {
        if (method === 'executeStream') return await stream(isol8, request, options, onEvent);
        return { response: await CALLS[method](isol8, idiomOf(method, request) as never, options) };
      } catch (error) {
        return refused(error);
      }
    },
    async [Symbol.asyncDispose]() {
      isol8.close();
    },
  };
}

function refused(error: unknown): Answer {
  if (!(error instanceof Isol8Error)) throw error;
  const { code, reason, message, violations } = error;
  return { refusal: { code, reason, message, fields: violations.map(({ field }) => field) } };
}

function idiomOf(method: Exclude<Method, 'executeStream'>, request: JsonObject): Idiom {
  if (method !== 'writeFile') return fromJsonIdiom(Isol8Service.method[method].input, without(request, 'updateMask'));
  const header = fromJsonIdiom(WriteFileHeaderSchema, without(request, 'content'));
  return { ...header, content: Buffer.from(String(request['content']), 'base64') };
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)) as JsonObject;
}

type Call = (isol8: Isol8, request: never, options: Options) => Promise<JsonObject>;

/** What a user would write for each method. */
const CALLS: Record<Exclude<Method, 'executeStream'>, Call> = {
  async execute(isol8, request: ExecuteRequest, options) {
    const { sessionId, context, createSessionIfMissing, ...rest } = request;
    if (sessionId === undefined || createSessionIfMissing) return resultJson(await isol8.execute(request, options));
    const session = await isol8.sessions.get(sessionId);
    if (context === undefined) return resultJson(await session.execute(rest, options));
    return resultJson(await session.context(context).execute(rest, options));
  },
  async cancelExecution(isol8, { executionId }: { executionId: string }, options) {
    await isol8.cancelExecution(executionId, options);
    return {};
  },
  async sendInput(isol8, request: { executionId: string; offset?: number; data?: Uint8Array; end?: boolean }, options) {
    const { executionId, data = '', ...place } = request;
    const offset = await isol8.sendInput(executionId, data, { ...place, ...options });
    return { offset: String(offset) };
  },
  async sendSignal(isol8, { executionId, signal }: { executionId: string; signal: number }, options) {
    await isol8.sendSignal(executionId, signal, options);
    return {};
  },
  async createSession(isol8, request: object, options) {
    const session = await isol8.sessions.create(request, options);
    const setup = session.setup && { setup: resultJson(session.setup) };
    return { session: toJsonIdiom(SessionSchema, session.info), ...setup };
  },
  async getSession(isol8, request: InSession, options) {
    const session = await isol8.sessions.get(request.sessionId, options);
    return { session: toJsonIdiom(SessionSchema, await session.refresh(options)) };
  },
  async listSessions(isol8, request: object, options) {
    const sessions: JsonObject[] = [];
    for await (const { info } of isol8.sessions.list({ ...request, ...options })) {
      sessions.push(toJsonIdiom(SessionSchema, info));
    }
    return { sessions };
  },
  async updateSession(isol8, request: { session: InSession }, options) {
    const { sessionId, ...changes } = request.session;
    const session = await isol8.sessions.get(sessionId);
    return { session: toJsonIdiom(SessionSchema, await session.update(changes, options)) };
  },
  async deleteSession(isol8, { sessionId }: InSession, options) {
    await isol8.sessions.delete(sessionId, options);
    return {};
  },
  async resetContext(isol8, { sessionId, context }: InSession & { context: string }, options) {
    await (await isol8.sessions.get(sessionId)).context(context).reset(options);
    return {};
  },
  async getSessionUsage(isol8, { sessionId }: InSession, options) {
    const session = await isol8.sessions.get(sessionId);
    return toJsonIdiom(GetSessionUsageResponseSchema, await session.usage(options));
  },
  async readSessionOutput(isol8, request: InSession & { executionId: string }, options) {
    const { sessionId, executionId, ...offsets } = request;
    const session = await isol8.sessions.get(sessionId);
    return toJsonIdiom(
      ReadSessionOutputResponseSchema,
      await session.readOutput(executionId, { ...offsets, ...options }),
    );
  },
  async writeFile(isol8, request: OfFile & { content: Uint8Array; form?: string }, options) {
    const { session, path, content, form, ...rest } = await opened(isol8, request);
    const { files } = session;
    const written = await (form === 'TAR'
      ? files.uploadTar(path, content, options)
      : files.write(path, content, { ...rest, ...options }));
    return toJsonIdiom(WriteFileResponseSchema, written);
  },
  async readFile(isol8, request: OfFile & { form?: string }, options) {
    const { session, path, form, ...rest } = await opened(isol8, request);
    const chunks: Uint8Array[] = [];
    if (form === 'TAR') for await (const chunk of session.files.downloadTar(path, options)) chunks.push(chunk);
    else chunks.push(await session.files.read(path, { ...rest, ...options }));
    const content = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { file: await infoOf(session, path), content: content.toString('base64'), sha256 };
  },
  async listFiles(isol8, request: OfFile, options) {
    const { session, path = '', ...rest } = await opened(isol8, request);
    const files: JsonObject[] = [];
    for await (const file of session.files.list(path, { ...rest, ...options })) {
      files.push(toJsonIdiom(FileInfoSchema, file));
    }
    return { files };
  },
  async makeDirectory(isol8, request: OfFile, options) {
    const { session, path, ...rest } = await opened(isol8, request);
    return { directory: toJsonIdiom(FileInfoSchema, await session.files.mkdir(path, { ...rest, ...options })) };
  },
  async removeFile(isol8, request: OfFile, options) {
    const { session, path, ...rest } = await opened(isol8, request);
    await session.files.remove(path, { ...rest, ...options });
    return {};
  },
  async resolvePolicy(isol8, request: { runtime: string }, options) {
    return toJsonIdiom(ResolvePolicyResponseSchema, await isol8.resolvePolicy(request, options));
  },
  async getServerInfo(isol8, _request, options) {
    return toJsonIdiom(GetServerInfoResponseSchema, await isol8.serverInfo(options));
  },
};

interface InSession {
  readonly sessionId: string;
}

interface OfFile extends InSession {
  readonly path: string;
}

async function opened<T extends InSession>(isol8: Isol8, { sessionId, ...rest }: T) {
  return { session: await isol8.sessions.get(sessionId), ...rest };
}

/** What a read does not tell: the file's description, from the list of its directory. */
async function infoOf({ files }: Session, path: string): Promise<JsonObject> {
  for await (const file of files.list(posix.dirname(path), { glob: posix.basename(path) })) {
    return toJsonIdiom(FileInfoSchema, file);
  }
  throw new Error(`${path} was read and is not listed`);
}

async function stream(
  isol8: Isol8,
  json: JsonObject,
  options: Options,
  onEvent: CallOptions['onEvent'],
): Promise<Answer> {
  const request: ExecuteRequest = fromJsonIdiom(ExecuteRequestSchema, json);
  const { sessionId, context, createSessionIfMissing, ...rest } = request;
  const inSession = sessionId !== undefined && !createSessionIfMissing;
  const where = inSession ? await isol8.sessions.get(sessionId) : undefined;
  const inContext = context === undefined ? where : where?.context(context);
  const events = inContext?.executeStream(rest, options) ?? isol8.executeStream(request, options);
  for await (const event of events) onEvent?.(eventJson(event));
  return { response: {} };
}

/** Kinds of events that are a message as they are. */
const KINDS: Partial<Record<ExecutionEvent['type'], DescMessage>> = {
  started: ExecutionStartedSchema,
  queued: ExecutionQueuedSchema,
  phase: ExecutionPhaseSchema,
  file: FileChunkSchema,
};

function eventJson(event: ExecutionEvent): JsonObject {
  const { type, sequence, time, ...rest } = event;
  const base = toJsonIdiom(ExecutionEventSchema, { sequence, eventTime: time });
  const kind = KINDS[type];
  if (kind !== undefined) return { ...base, [type]: toJsonIdiom(kind, rest) };
  if (event.type === 'stdout' || event.type === 'stderr') return { ...base, output: outputJson(event) };
  if (event.type === 'display') return { ...base, display: toJsonIdiom(DisplaySchema, event.display) };
  if (event.type === 'exit') return { ...base, finished: resultJson(event.result) };
  throw new Error(`an event that is not expected: ${JSON.stringify(event)}`);
}

function outputJson({ type, data, bytes }: OutputEvent): JsonObject {
  const stream = type === 'stdout' ? 'OUTPUT_STREAM_STDOUT' : 'OUTPUT_STREAM_STDERR';
  // Text is exact where it makes the same bytes.
  if (Buffer.from(data).equals(bytes)) return { stream, text: data };
  return { stream, data: Buffer.from(bytes).toString('base64') };
}

function resultJson(result: Result): JsonObject {
  const raw: Idiom = {};
  for (const name of ['stdout', 'stderr'] as const) {
    const bytes = result[`${name}Bytes`];
    if (!Buffer.from(result[name]).equals(bytes)) raw[`${name}Raw`] = bytes;
  }
  return toJsonIdiom(ExecuteResponseSchema, { ...result, ...raw });
}
