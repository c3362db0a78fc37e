import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { setTimeout } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Status } from 'nice-grpc';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ErrorInfo, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { ExecuteRequestSchema } from '../../gen/isol8/v1/execution_pb.ts';
import { KEY, RESULT, ScriptedEngine, serveScripted, type TestServer } from './test-support.ts';

let engine: ScriptedEngine;
let running: TestServer;
beforeEach(async () => {
  engine = new ScriptedEngine();
  running = await serveScripted(engine);
});
afterEach(() => running[Symbol.asyncDispose]());

const hello = create(ExecuteRequestSchema, { runtime: 'python', source: { case: 'code', value: '' } });
const HELLO = framed(toBinary(ExecuteRequestSchema, hello));

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0]);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly reason: string | undefined;
}

/** Execute without a client's manners. With `end` false the request stays open. */
async function raw(body: Uint8Array, headers: OutgoingHttpHeaders = {}, end = true): Promise<Answer> {
  const session = connect(`http://${running.server.address}`);
  const call = session.request({
    ':method': 'POST',
    ':path': '/isol8.v1.Isol8Service/Execute',
    'content-type': 'application/grpc',
    authorization: `Bearer ${KEY}`,
    ...headers,
  });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const look = (got: Record<string, unknown>) => {
    if (got['grpc-status'] === undefined) return;
    const bytes = Buffer.from(String(got['grpc-status-details-bin'] ?? ''), 'base64');
    const details = fromBinary(StatusSchema, bytes).details.map((any) => anyUnpack(any, ErrorInfoSchema));
    const reason = details.find((info): info is ErrorInfo => info !== undefined)?.reason;
    resolve({ code: Number(got['grpc-status']), message: decodeURI(String(got['grpc-message'])), reason });
  };
  call
    .on('response', look)
    .on('trailers', look)
    .on('error', () => {})
    .resume();
  call.write(body);
  if (end) call.end();
  return await promise.finally(() => session.destroy());
}

test('a call without the key is refused before its request is read', async () => {
  const answer = await raw(HELLO.subarray(0, 7), { authorization: 'Bearer wrong' }, false);
  expect(answer).toMatchObject({ code: Status.UNAUTHENTICATED, reason: 'API_KEY_INVALID' });
});

test('a request of more fields than any program needs is refused before it is unpacked', async () => {
  const files = Buffer.alloc(400_000, Buffer.from([0x52, 0x00]));
  const answer = await raw(framed(Buffer.concat([HELLO.subarray(5), files])));
  expect(answer).toMatchObject({ code: Status.INVALID_ARGUMENT, reason: 'INVALID_FIELD' });
  expect(answer.message).toContain('100000 fields');
  expect(engine.requests).toEqual([]);
});

test.each<[string, Uint8Array, OutgoingHttpHeaders, Status, string]>([
  ['no message', Buffer.alloc(0), {}, Status.INVALID_ARGUMENT, 'exactly one request message'],
  ['half a message', HELLO.subarray(0, 7), {}, Status.INVALID_ARGUMENT, 'exactly one request message'],
  ['two messages', Buffer.concat([HELLO, HELLO]), {}, Status.INVALID_ARGUMENT, 'exactly one request message'],
  ['a time-out that is none', HELLO, { 'grpc-timeout': '1s' }, Status.INVALID_ARGUMENT, 'grpc-timeout'],
  ['text that is not UTF-8', framed(Uint8Array.of(0x12, 1, 0xff)), {}, Status.INVALID_ARGUMENT, 'UTF-8'],
  [
    'an unknown encoding',
    framed(HELLO.subarray(5), 1),
    { 'grpc-encoding': 'br' },
    Status.UNIMPLEMENTED,
    'gzip, deflate or identity',
  ],
])('%s is told with a reason and the remedy', async (_name, body, headers, code, text) => {
  const answer = await raw(body, headers);
  expect(answer).toMatchObject({ code, reason: code === Status.UNIMPLEMENTED ? 'NOT_IMPLEMENTED' : 'INVALID_FIELD' });
  expect(answer.message).toContain(text);
  expect(engine.requests).toEqual([]);
});

test('a deadline in 30 days does not pass while something runs', async () => {
  engine.script = async function* () {
    await setTimeout(100);
    yield { kind: 'finished', result: RESULT };
  };
  expect((await raw(HELLO, { 'grpc-timeout': '2592000S' })).code).toBe(Status.OK);
});
