import {
  create,
  type DescField,
  type DescMessage,
  equals,
  fromJson,
  type JsonObject,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import { createServer, type Server } from 'nice-grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExecuteRequest, Isol8, type Result } from '../../clients/typescript/src/index.ts';
import {
  ExecuteRequestSchema,
  ExecuteResponseSchema,
  type ExecuteRequest as RequestMessage,
} from '../../gen/isol8/v1/execution_pb.ts';
import {
  GetServerInfoResponseSchema,
  Isol8Service,
  ResolvePolicyResponseSchema,
} from '../../gen/isol8/v1/service_pb.ts';
import { type CreateSessionRequest, CreateSessionRequestSchema, SessionSchema } from '../../gen/isol8/v1/session_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';
import { fromJsonIdiom, toJsonIdiom } from '../conformance/ways/idiom.ts';
import { unimplemented } from '../support/newer-server.ts';

/** A message with something in every field, those of its messages too; of a oneof in the `choice`th. */
function full(schema: DescMessage, choice = 0): JsonObject {
  const chosen = (field: DescField) =>
    field.oneof === undefined || field.oneof.fields[choice % field.oneof.fields.length] === field;
  const fields = schema.fields.filter(chosen).map((field, i) => {
    const value = sampleOf(field, choice, i);
    const nested = field.fieldKind === 'list' ? [value] : field.fieldKind === 'map' ? { key: value } : value;
    return [field.jsonName, nested];
  });
  return Object.fromEntries(fields) as JsonObject;
}

function sampleOf({ message, enum: names, scalar }: DescField, choice: number, i: number) {
  if (message?.typeName === 'google.protobuf.Duration') return `${i + 1}.00${i % 10}s`;
  if (message?.typeName === 'google.protobuf.Timestamp') return `2026-01-0${(i % 9) + 1}T00:00:00.12${i % 10}Z`;
  if (message !== undefined) return full(message, choice);
  if (names !== undefined) return names.values.at(-1)?.name;
  if (scalar === ScalarType.BOOL) return true;
  if (scalar === ScalarType.STRING) return `text ${i} ä`;
  if (scalar === ScalarType.BYTES) return Buffer.from([i, 255, 0]).toString('base64');
  if (scalar === ScalarType.INT64) return String(2 ** 40 + i);
  return scalar === ScalarType.DOUBLE ? i + 0.25 : i + 1;
}

let server: Server;
let isol8: Isol8;
let executed: RequestMessage;
let created: CreateSessionRequest;
beforeAll(async () => {
  server = createServer();
  server.add(definitionOf(Isol8Service), {
    ...unimplemented,
    async execute(request) {
      executed = request;
      return fromJson(ExecuteResponseSchema, full(ExecuteResponseSchema));
    },
    async createSession(request) {
      created = request;
      return { session: fromJson(SessionSchema, full(SessionSchema)) };
    },
    getServerInfo: async () => fromJson(GetServerInfoResponseSchema, full(GetServerInfoResponseSchema)),
    resolvePolicy: async () => fromJson(ResolvePolicyResponseSchema, full(ResolvePolicyResponseSchema, 2)),
  });
  isol8 = new Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}` });
});
afterAll(async () => {
  isol8.close();
  await server.shutdown();
});

/** A message as JSON that went over the wire once. */
function expected(schema: DescMessage, choice = 0) {
  return toJson(schema, fromJson(schema, full(schema, choice)));
}

test.each([0, 1, 2])('every field of a request arrives, of oneofs the %ith', async (choice) => {
  const request: ExecuteRequest = fromJsonIdiom(ExecuteRequestSchema, full(ExecuteRequestSchema, choice));
  await isol8.execute(request);
  expect(toJson(ExecuteRequestSchema, executed)).toEqual(expected(ExecuteRequestSchema, choice));
});

test('every field of a session to make arrives, and of one that is told', async () => {
  const session = await isol8.sessions.create(
    fromJsonIdiom(CreateSessionRequestSchema, full(CreateSessionRequestSchema)),
  );
  expect(toJson(CreateSessionRequestSchema, created)).toEqual(expected(CreateSessionRequestSchema));
  expect(toJsonIdiom(SessionSchema, session.info)).toEqual(expected(SessionSchema));
});

test('every field of a result is there', async () => {
  const result: Result = await isol8.execute({ runtime: 'bash', code: '1' });
  const { stdoutBytes: stdoutRaw, stderrBytes: stderrRaw } = result;
  const json = toJsonIdiom(ExecuteResponseSchema, { ...result, stdoutRaw, stderrRaw });
  expect(json).toEqual(expected(ExecuteResponseSchema));
});

test('every field of the server’s description is there, and of a policy', async () => {
  expect(toJsonIdiom(GetServerInfoResponseSchema, await isol8.serverInfo())).toEqual(
    expected(GetServerInfoResponseSchema),
  );
  const policy = await isol8.resolvePolicy({ runtime: 'bash' });
  expect(toJsonIdiom(ResolvePolicyResponseSchema, policy)).toEqual(expected(ResolvePolicyResponseSchema, 2));
});

test('what a caller leaves out, or sets to undefined, is not sent', async () => {
  const request = {
    runtime: 'bash',
    code: '',
    env: undefined,
    timeoutMs: undefined,
    policy: { limits: { timeoutMs: undefined } },
  };
  await isol8.execute(request as never);
  const sent = { runtime: 'bash', source: { case: 'code', value: '' }, policy: { limits: {} } } as const;
  expect(equals(ExecuteRequestSchema, executed, create(ExecuteRequestSchema, sent))).toBe(true);
});

test('files are given by path, or as a list', async () => {
  for (const files of [
    { 'a/b': 'text', c: new Uint8Array([1]) },
    [
      { path: 'a/b', content: 'text' },
      { path: 'c', content: '\u0001' },
    ],
  ]) {
    await isol8.execute({ runtime: 'bash', code: '1', files });
    expect(executed.files.map(({ path, content, mode }) => [path, Buffer.from(content).toString(), mode])).toEqual([
      ['a/b', 'text', 0],
      ['c', '\u0001', 0],
    ]);
  }
});

test.each([0.000001, 0.5, 1, 1.999999, 999.999999, 1000, 90_000.123456, 86_400_000, -1500.5])(
  'a duration of %d ms is sent to the nanosecond',
  async (timeoutMs) => {
    await isol8.execute({ runtime: 'bash', code: '1', policy: { limits: { timeoutMs } } });
    const { seconds = 0n, nanos = 0 } = executed.policy?.limits?.timeout ?? {};
    expect(Number(seconds) * 1e9 + nanos).toBe(Math.round(timeoutMs * 1e6));
    expect(Math.abs(nanos)).toBeLessThan(1e9);
  },
);
