import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, expect, test } from 'vitest';
import { GuestService, KillResponseSchema } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { GuestConnection } from './connection.ts';
import { frame } from './frames.ts';
import { StdioDuplex } from './stdio.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

/** One of two ends of a pipe. */
class End extends Duplex {
  other: End | undefined;
  readonly #wrap: (bytes: Buffer) => Buffer;

  /** @param wrap what becomes of bytes on their way to the other end */
  constructor(wrap: (bytes: Buffer) => Buffer = (bytes) => bytes) {
    super();
    this.#wrap = wrap;
  }
  override _read(): void {}
  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.other?.destroyed === false) this.other.push(this.#wrap(bytes));
    done();
  }
}

/** As Docker frames standard output. */
function framed(bytes: Buffer): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

const opened: Disposable[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one[Symbol.dispose]();
});

/** A connection to a guest that does this with the first call. */
function open(guest: (stream: ServerHttp2Stream, session: ServerHttp2Session) => void): GuestConnection {
  const host = new End();
  const peer = new End(framed);
  [host.other, peer.other] = [peer, host];
  const session = performServerHandshake(peer, {});
  session.on('error', () => {});
  session.on('stream', (stream) => {
    stream.on('error', () => {});
    guest(stream, session);
  });
  const connection = new GuestConnection(new StdioDuplex(host));
  opened.push(connection, { [Symbol.dispose]: () => session.destroy() });
  return connection;
}

async function ask(connection: GuestConnection): Promise<number> {
  const call = connection.call(GuestService.method.kill);
  void call.send({}).then(() => call.end());
  let answers = 0;
  for await (const _ of call.answers()) answers += 1;
  return answers;
}

function answer(stream: ServerHttp2Stream, ...bodies: Buffer[]): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  for (const body of bodies) stream.write(body);
  stream.end();
}

const killed = frame(toBinary(KillResponseSchema, create(KillResponseSchema)));

test('a question has its answer, and the link goes on', async () => {
  const connection = open((stream) => answer(stream, killed));
  expect(await ask(connection)).toBe(1);
  expect(await ask(connection)).toBe(1);
  expect(connection.failure).toBeUndefined();
});

test.each<[string, (stream: ServerHttp2Stream, session: ServerHttp2Session) => void]>([
  ['a message that claims 4 GiB', (stream) => answer(stream, Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))],
  ['a compressed message', (stream) => answer(stream, Buffer.from([1, 0, 0, 0, 0]))],
  ['a message that is cut short', (stream) => answer(stream, Buffer.from([0, 0, 0, 0, 9, 1]))],
  ['an answer before the answer', (stream) => stream.additionalHeaders({ ':status': 103 })],
  ['another service', (stream, session) => session.altsvc('h2=":1"', stream.id ?? 0)],
  ['a goodbye', (_, session) => session.goaway()],
  ['a reset', (stream) => stream.close(2)],
  ['a quiet reset', (stream) => stream.close(8)],
  [
    '17 header fields',
    (stream) => stream.respond(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`x${i}`, '']))),
  ],
  ['no status', (stream) => stream.respond({ ':status': 200 }, { endStream: true })],
])('%s ends the link', async (_name, guest) => {
  const connection = open(guest);
  await expect(ask(connection)).rejects.toThrow(ProtocolViolation);
  expect(connection.failure).toBeInstanceOf(ProtocolViolation);
  expect(await connection.lost).toBe(connection.failure);
  expect(() => connection.call(GuestService.method.kill)).toThrow(ProtocolViolation);
});

test('what is closed from our side is a lost link, and no violation', async () => {
  const connection = open(() => connection[Symbol.dispose]());
  await expect(ask(connection)).rejects.toThrow(LinkLost);
  expect(await connection.lost).toBeInstanceOf(LinkLost);
});

test('a link that is closed before it was there ends without a word', async () => {
  const connection = open(() => {});
  connection[Symbol.dispose]();
  expect(await connection.lost).toBeInstanceOf(LinkLost);
  // Node tells of the connection even now; what is thrown then would end the process, and here the test run.
  await setImmediate();
});
