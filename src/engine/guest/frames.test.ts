import { expect, test } from 'vitest';
import { frame, messages } from './frames.ts';
import { ProtocolViolation } from './violation.ts';

async function* of(...chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function read(...chunks: Buffer[]): Promise<string[]> {
  const all: string[] = [];
  for await (const message of messages(of(...chunks))) all.push(message.toString());
  return all;
}

test('messages come out whole, however they are cut', async () => {
  const bytes = Buffer.concat(['a', '', 'longer'].map((text) => frame(Buffer.from(text))));
  for (let at = 0; at <= bytes.length; at++) {
    expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['a', '', 'longer']);
  }
});

test('a message that claims 4 GiB is refused from its prefix', async () => {
  await expect(read(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))).rejects.toThrow(ProtocolViolation);
});

test('a compressed message and one that is cut short are refused', async () => {
  await expect(read(Buffer.from([1, 0, 0, 0, 0]))).rejects.toThrow(ProtocolViolation);
  await expect(read(frame(Buffer.from('abc')).subarray(0, 6))).rejects.toThrow(ProtocolViolation);
});
