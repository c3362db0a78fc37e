import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { StdioDuplex } from './stdio.ts';
import { ProtocolViolation } from './violation.ts';

/** A connection that the test writes Docker's frames into. */
class Wire extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

function framed(stream: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function open() {
  const wire = new Wire();
  const stdio = new StdioDuplex(wire);
  const chunks: Buffer[] = [];
  stdio.on('data', (chunk: Buffer) => chunks.push(chunk));
  stdio.on('error', () => {});
  return { wire, stdio, read: () => Buffer.concat(chunks).toString() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('100,000 frames of one byte in one chunk', async () => {
  const { wire, read } = open();
  wire.push(Buffer.concat(Array.from({ length: 100_000 }, () => framed(1, 'x'))));
  await settled();
  expect(read()).toBe('x'.repeat(100_000));
});

test('frames cut at every place', async () => {
  const all = Buffer.concat([framed(1, 'one'), framed(2, 'error'), framed(1, ''), framed(1, 'two')]);
  for (let at = 1; at < all.length; at++) {
    const { wire, stdio, read } = open();
    wire.push(all.subarray(0, at));
    wire.push(all.subarray(at));
    await settled();
    expect(read()).toBe('onetwo');
    expect(stdio.stderrTail).toBe('error');
  }
});

test('standard error is kept to its last 8 KiB, and ends the link above 1 MiB', async () => {
  const { wire, stdio } = open();
  for (let i = 0; i < 16; i++) wire.push(framed(2, Buffer.alloc(60 * 1024, 97 + i)));
  await settled();
  expect(stdio.stderrTail).toBe('p'.repeat(8192));
  expect(stdio.destroyed).toBe(false);
  const failed = new Promise((resolve) => stdio.on('error', resolve));
  wire.push(framed(2, Buffer.alloc(128 * 1024)));
  expect(await failed).toBeInstanceOf(ProtocolViolation);
});

test('a reader that does not read holds the connection back', async () => {
  const wire = new Wire();
  const stdio = new StdioDuplex(wire);
  stdio.pause();
  for (let i = 0; i < 8; i++) wire.push(framed(1, Buffer.alloc(32 * 1024)));
  await settled();
  expect(wire.isPaused()).toBe(true);
  stdio.resume();
  await settled();
  expect(stdio.received).toBe(8 * 32 * 1024);
});
