import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { createServer, Metadata, type Server, ServerError, Status } from 'nice-grpc';
import { afterEach, expect, test } from 'vitest';
import {
  ConnectionLostError,
  type ExecutionEvent,
  ExecutionFailedError,
  InternalError,
  Isol8,
  ResourceExhaustedError,
} from '../../clients/typescript/src/index.ts';
import { type ExecuteResponseSchema, ExecutionEventSchema } from '../../gen/isol8/v1/execution_pb.ts';
import { FileType } from '../../gen/isol8/v1/file_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';
import { sha256 } from '../support/collect.ts';
import { unimplemented } from '../support/newer-server.ts';

type Event = MessageInitShape<typeof ExecutionEventSchema>;

let server: Server | undefined;
let calls = 0;
afterEach(async () => server?.forceShutdown());

/** A server that knows more than this client, or less well what it does. */
async function serverThat(does: {
  answers?: MessageInitShape<typeof ExecuteResponseSchema>;
  streams?: Event[];
  fails?: ServerError;
}): Promise<Isol8> {
  const { answers = {}, streams = [], fails } = does;
  server = createServer();
  server.add(definitionOf(Isol8Service), {
    ...unimplemented,
    async execute() {
      calls += 1;
      if (fails !== undefined) throw fails;
      return answers;
    },
    async *executeStream(_request, context) {
      context.header.set('isol8-execution-id', 'fake');
      context.sendHeader();
      for (const event of streams) yield { event };
      if (fails !== undefined) throw fails;
    },
  });
  return new Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}`, apiKey: 'any' });
}

/** A number that no enum of this version has. */
const newer = (value: number) => value as never;

async function read(isol8: Isol8): Promise<ExecutionEvent[]> {
  const events: ExecutionEvent[] = [];
  for await (const event of isol8.executeStream({ runtime: 'bash', code: '1' })) events.push(event);
  return events;
}

const HELLO = { runtime: 'bash', code: '1' };

test('an outcome, a phase, an origin that are not known are values, and the outcome is a failure', async () => {
  using isol8 = await serverThat({
    answers: {
      outcome: newer(99),
      phase: newer(42),
      exitCode: 0,
      timings: { sandbox: newer(77), interpreter: 0 },
      effectivePolicy: { onOutputLimit: newer(9), network: { mode: newer(8) } },
    },
  });
  const result = await isol8.execute(HELLO);
  expect(result).toMatchObject({
    outcome: 'UNRECOGNIZED_99',
    phase: 'UNRECOGNIZED_42',
    ok: false,
    timings: { sandbox: 'UNRECOGNIZED_77', interpreter: 'UNSPECIFIED' },
    effectivePolicy: { onOutputLimit: 'UNRECOGNIZED_9', network: { mode: 'UNRECOGNIZED_8' } },
  });
  expect(() => result.check()).toThrow(ExecutionFailedError);
});

test('an answer with nothing in it is a failure', async () => {
  using isol8 = await serverThat({});
  const result = await isol8.execute(HELLO);
  expect(result).toMatchObject({ outcome: 'UNSPECIFIED', ok: false, truncated: false, durationMs: 0, stdout: '' });
});

test('events that are not known are told as such', async () => {
  // Field 50 of an event, whatever that may be one day.
  const unheardOf = create(ExecutionEventSchema, { sequence: 1n });
  unheardOf.$unknown = [{ no: 50, wireType: 2, data: new Uint8Array([2, 1, 2]) }];
  using isol8 = await serverThat({
    streams: [
      unheardOf,
      { sequence: 2n, event: { case: 'output', value: { stream: newer(3), content: { case: 'text', value: 'x' } } } },
      { sequence: 3n, event: { case: 'phase', value: { phase: newer(42) } } },
      { sequence: 4n, event: { case: 'gap', value: { from: 4n, to: 9n, bytes: 100n } } },
      { sequence: 10n, event: { case: 'network', value: { host: 'a', port: 443 } } },
      { sequence: 11n, event: { case: 'finished', value: { outcome: newer(99) } } },
    ],
  });
  expect(await read(isol8)).toMatchObject([
    { type: 'unrecognized', sequence: 1 },
    { type: 'unrecognized', sequence: 2 },
    { type: 'phase', phase: 'UNRECOGNIZED_42' },
    { type: 'gap', from: 4, to: 9, bytes: 100 },
    { type: 'network', connection: { host: 'a', port: 443, allowed: false } },
    { type: 'exit', outcome: 'UNRECOGNIZED_99', result: { ok: false } },
  ]);
});

test('a stream that ends without a result is a connection that was lost', async () => {
  using isol8 = await serverThat({
    streams: [{ sequence: 1n, event: { case: 'queued', value: { position: 1 } } }],
  });
  const stream = isol8.executeStream(HELLO);
  const types: string[] = [];
  const reading = (async () => {
    for await (const { type } of stream) types.push(type);
  })();
  await expect(reading).rejects.toThrow(ConnectionLostError);
  await expect(stream.result).rejects.toThrow(ConnectionLostError);
  expect({ types, id: await stream.executionId }).toEqual({ types: ['queued'], id: 'fake' });
});

test('nothing that comes after the result takes it back', async () => {
  using isol8 = await serverThat({
    streams: [{ sequence: 1n, event: { case: 'finished', value: { outcome: 1, exitCode: 0 } } }],
    fails: new ServerError(Status.UNAVAILABLE, 'too late'),
  });
  expect(await read(isol8)).toMatchObject([{ type: 'exit', exitCode: 0, result: { ok: true } }]);
});

test('an answer that is too large is refused, both ways', async () => {
  const stdout = 'x'.repeat(5 * 1024 * 1024);
  using isol8 = await serverThat({
    answers: { stdout },
    streams: [{ sequence: 1n, event: { case: 'finished', value: { stdout } } }],
  });
  for (const calling of [isol8.execute(HELLO), read(isol8)]) {
    await expect(calling).rejects.toThrow(ResourceExhaustedError);
    await expect(calling).rejects.toThrow(/does not fit into one message/);
  }
});

test.each([
  { code: Status.UNAVAILABLE, Family: ConnectionLostError, why: 'a proxy says nothing about what was started' },
  { code: Status.CANCELLED, Family: ConnectionLostError, why: 'nobody here cancelled it' },
  { code: Status.DATA_LOSS, Family: InternalError, why: 'it is of no family' },
  { code: 77 as Status, Family: InternalError, why: 'it is not known' },
])('status $code without details is $Family.name: $why', async ({ code, Family }) => {
  calls = 0;
  using isol8 = await serverThat({ fails: new ServerError(code, 'of the way') });
  const calling = isol8.execute(HELLO);
  await expect(calling).rejects.toThrow(Family);
  await expect(calling).rejects.toMatchObject({ reason: '', message: expect.stringContaining('of the way') });
  expect(calls).toBe(1);
});

test('details that are not ours, or cannot be read, do not make it safe to try again', async () => {
  for (const details of ['nonsense', Uint8Array.of(255, 255), Uint8Array.of()]) {
    server = createServer();
    server.add(definitionOf(Isol8Service), {
      ...unimplemented,
      async execute(_request, context) {
        context.trailer.set('grpc-status-details-bin', Buffer.from(details));
        throw new ServerError(Status.UNAVAILABLE, 'of the way');
      },
    });
    using isol8 = new Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}`, apiKey: 'any' });
    await expect(isol8.execute(HELLO)).rejects.toThrow(ConnectionLostError);
    server.forceShutdown();
  }
});

test('the key goes with every call, and nothing else that nobody asked for', async () => {
  let seen: Metadata = Metadata();
  server = createServer();
  server.add(definitionOf(Isol8Service), {
    ...unimplemented,
    async execute(_request, { metadata }) {
      seen = metadata;
      return {};
    },
  });
  using isol8 = new Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}`, apiKey: 'the-key' });
  await isol8.execute(HELLO);
  expect(seen.get('authorization')).toBe('Bearer the-key');
});

test('no name that a server gives leads out of the directory that is downloaded to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isol8-hostile-'));
  const names = ['../evil', '/evil', 'd/../../evil', 'd/fine'];
  const { REGULAR } = FileType;
  server = createServer();
  server.add(definitionOf(Isol8Service), {
    ...unimplemented,
    getSession: async ({ sessionId }) => ({ session: { sessionId } }),
    listFiles: async () => ({ files: names.map((path) => ({ path, type: REGULAR, mode: 0o644 })) }),
    async *readFile() {
      yield { part: { case: 'sha256', value: sha256(new Uint8Array()) } };
    },
  });
  using isol8 = new Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}` });
  try {
    const { files } = await isol8.sessions.get('any');
    const copied = await files.downloadDirectory('', join(folder, 'to'));
    expect(copied).toEqual({ files: ['d/fine'], leftOut: ['../evil', '../evil', '../evil'] });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['to', 'to/d', 'to/d/fine']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
