import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { type Metadata, Status } from 'nice-grpc';
import { ExecuteRequestSchema, ExecutionEventSchema } from '../../../gen/isol8/v1/execution_pb.ts';
import { FileInfoSchema, WriteFileHeaderSchema, WriteFileResponseSchema } from '../../../gen/isol8/v1/file_pb.ts';
import { Isol8Service } from '../../../gen/isol8/v1/service_pb.ts';
import { connect, type Isol8Client, refusalOf } from '../../support/client.ts';
import type { Answer, CallOptions, Method, Way } from '../way.ts';
import { jsonOf } from './messages.ts';
import { allPages } from './pages.ts';

/** The generated stub, called as it is. */
export function stubWay(address: string, key: string): Way {
  const client = connect(address, key);
  return {
    call: (method, request, options) => allPages(method, request, (page) => call(client.isol8, method, page, options)),
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}

interface StubOptions {
  readonly signal?: AbortSignal;
  readonly onTrailer: (trailer: Metadata) => void;
}

/** Aborting is how the stub keeps a deadline. */
const DEADLINE = { code: 'DEADLINE_EXCEEDED', reason: '', message: '', fields: [] };

async function call(stub: Isol8Client, method: Method, request: JsonObject, options: CallOptions): Promise<Answer> {
  let trailer: Metadata | undefined;
  const stubOptions: StubOptions = {
    ...(options.deadlineMs !== undefined && { signal: AbortSignal.timeout(options.deadlineMs) }),
    onTrailer(received) {
      trailer = received;
    },
  };
  try {
    return { response: await responseOf(stub, method, request, stubOptions, options.onEvent) };
  } catch (error) {
    if (stubOptions.signal?.aborted) return { refusal: DEADLINE };
    const { code, reason, message, fields } = refusalOf(error, trailer);
    return { refusal: { code: Status[code] ?? String(code), reason, message, fields } };
  }
}

async function responseOf(
  stub: Isol8Client,
  method: Method,
  request: JsonObject,
  options: StubOptions,
  onEvent: CallOptions['onEvent'],
): Promise<JsonObject> {
  if (method === 'executeStream') {
    const execute = fromJson(ExecuteRequestSchema, request);
    for await (const { event } of stub.executeStream({ execute }, options)) {
      if (event === undefined) throw new Error('a message without an event');
      onEvent?.(jsonOf(ExecutionEventSchema, event));
    }
    return {};
  }
  if (method === 'readFile') return await readFile(stub, request, options);
  if (method === 'writeFile') {
    const { content, ...header } = request;
    const parts = async function* () {
      yield { part: { case: 'header' as const, value: fromJson(WriteFileHeaderSchema, header) } };
      yield { part: { case: 'chunk' as const, value: Buffer.from(content as string, 'base64') } };
    };
    return jsonOf(WriteFileResponseSchema, await stub.writeFile(parts(), options));
  }
  const { input, output } = Isol8Service.method[method];
  // What belongs together by name, the compiler cannot see.
  const unary = stub[method] as (request: unknown, options: StubOptions) => Promise<never>;
  return jsonOf(output, await unary.call(stub, fromJson(input, request), options));
}

async function readFile(stub: Isol8Client, request: JsonObject, options: StubOptions): Promise<JsonObject> {
  const read: JsonObject = {};
  const chunks: Uint8Array[] = [];
  for await (const { part } of stub.readFile(fromJson(Isol8Service.method.readFile.input, request), options)) {
    if (part.case === 'file') read['file'] = jsonOf(FileInfoSchema, part.value);
    else if (part.case === 'chunk') chunks.push(part.value);
    else if (part.case === 'sha256') read['sha256'] = part.value;
  }
  return { ...read, content: Buffer.concat(chunks).toString('base64') };
}
