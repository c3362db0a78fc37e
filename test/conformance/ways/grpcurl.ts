import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { Status } from 'nice-grpc';
import { bringGrpcurl, grpcurl, withKey } from '../../support/grpcurl.ts';
import type { Answer, CallOptions, Method, Refusal, Way } from '../way.ts';
import { allPages } from './pages.ts';

/** grpcurl, a process for each call: what anybody can do from a shell. */
export async function grpcurlWay(address: string, key: string): Promise<Way> {
  await bringGrpcurl();
  return {
    call: (method, request, options) => allPages(method, request, (page) => call(address, key, method, page, options)),
    async [Symbol.asyncDispose]() {},
  };
}

async function call(
  address: string,
  key: string,
  method: Method,
  request: JsonObject,
  { deadlineMs, onEvent }: CallOptions,
): Promise<Answer> {
  const rpc = `isol8.v1.Isol8Service/${method[0]?.toUpperCase()}${method.slice(1)}`;
  const limit = deadlineMs === undefined ? [] : ['-max-time', `${deadlineMs / 1000}`];
  const messages = new Messages(method === 'executeStream' ? onEvent : undefined);
  const args = [...withKey(key), '-format-error', ...limit, '-d', '@', address, rpc];
  const { code, stderr } = await grpcurl(args, {
    input: inputOf(method, request),
    onStdout: (piece) => messages.take(piece),
  });
  if (code !== 0) return { refusal: refusalIn(stderr) };
  return { response: method === 'readFile' ? fileOf(messages.all) : (messages.all[0] ?? {}) };
}

function inputOf(method: Method, request: JsonObject): string {
  if (method === 'executeStream') return JSON.stringify({ execute: request });
  if (method === 'updateSession') return JSON.stringify({ ...request, updateMask: maskOf(request['updateMask']) });
  if (method !== 'writeFile') return JSON.stringify(request);
  const { content, ...header } = request;
  return `${JSON.stringify({ header })}\n${JSON.stringify({ chunk: content ?? '' })}`;
}

/** Masks are messages to grpcurl, with the paths of the wire; elsewhere they are one text. */
function maskOf(text: JsonValue | undefined): JsonObject {
  const paths = String(text ?? '').split(',');
  return { paths: paths.map((path) => path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) };
}

/** The messages that grpcurl prints: objects over several lines, the last of which is a brace alone. */
class Messages {
  readonly all: JsonObject[] = [];
  readonly #onEvent: CallOptions['onEvent'];
  #text = '';

  constructor(onEvent: CallOptions['onEvent']) {
    this.#onEvent = onEvent;
  }

  take(piece: string): void {
    this.#text += piece;
    for (let match = OBJECT.exec(this.#text); match !== null; match = OBJECT.exec(this.#text)) {
      this.#text = this.#text.slice(match[0].length);
      const message = JSON.parse(match[0]) as JsonObject;
      if (this.#onEvent === undefined) this.all.push(message);
      else this.#onEvent(message['event'] as JsonObject);
    }
  }
}

const OBJECT = /^(?:\{\}|\{\n(?:[\s\S]*?\n)??\})\n/;

function fileOf(messages: readonly JsonObject[]): JsonObject {
  const read: JsonObject = {};
  const chunks: Buffer[] = [];
  for (const { file, chunk, sha256 } of messages) {
    if (file !== undefined) read['file'] = file;
    if (sha256 !== undefined) read['sha256'] = sha256;
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, 'base64'));
  }
  return { ...read, content: Buffer.concat(chunks).toString('base64') };
}

interface PrintedStatus {
  readonly code: number;
  readonly message?: string;
  readonly details?: readonly { readonly reason?: string; readonly fieldViolations?: { field: string }[] }[];
}

function refusalIn(stderr: string): Refusal {
  const { code, message = '', details = [] } = JSON.parse(stderr) as PrintedStatus;
  return {
    code: Status[code] ?? `${code}`,
    message,
    reason: details.find(({ reason }) => reason !== undefined)?.reason ?? '',
    fields: details.flatMap(({ fieldViolations }) => fieldViolations ?? []).map(({ field }) => field),
  };
}
