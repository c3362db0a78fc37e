import { createHmac } from 'node:crypto';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { makeLinkKey, proveLink } from './proof.ts';
import { StdioDuplex } from './stdio.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

const KEY = makeLinkKey();
const NONCE = Buffer.alloc(32, 7);

/** A guest's end: what it says comes in pieces of so many bytes, as Docker frames them. */
class Guest extends Duplex {
  readonly heard: Buffer[] = [];
  readonly #piece: number;
  constructor(piece: number) {
    super();
    this.#piece = piece;
  }
  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.heard.push(chunk);
    done();
    this.emit('heard');
  }
  async say(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.#piece) {
      const payload = bytes.subarray(at, at + this.#piece);
      const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, payload.length]);
      this.push(Buffer.concat([head, payload]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  answer(key: Uint8Array): Buffer {
    const nonce = Buffer.concat(this.heard).subarray(0, 32);
    return createHmac('sha256', key).update('isol8 link guest').update(NONCE).update(nonce).digest();
  }
}

test.each([1, 5, 32, 200])(
  'both prove themselves, in pieces of %i bytes, and what comes after is left',
  async (piece) => {
    const guest = new Guest(piece);
    const stdio = new StdioDuplex(guest);
    const proven = proveLink(stdio, KEY, 5000);
    guest.once('heard', () => void guest.say(Buffer.concat([guest.answer(KEY), Buffer.from('rest')])));
    await guest.say(NONCE);
    await proven;
    const sent = Buffer.concat(guest.heard);
    const ours = createHmac('sha256', KEY)
      .update('isol8 link host')
      .update(NONCE)
      .update(sent.subarray(0, 32))
      .digest();
    expect(sent.subarray(32)).toEqual(ours);
    let rest = '';
    for await (const chunk of stdio) {
      rest += chunk;
      if (rest.length === 4) break;
    }
    expect(rest).toBe('rest');
  },
);

test('whoever does not know the key is not let in', async () => {
  const guest = new Guest(32);
  const refused = expect(proveLink(new StdioDuplex(guest), KEY, 5000)).rejects.toThrow(ProtocolViolation);
  guest.once('heard', () => void guest.say(guest.answer(makeLinkKey())));
  await guest.say(NONCE);
  await refused;
});

test('half a proof holds up nobody, and an end is one', async () => {
  const silent = new Guest(32);
  const late = expect(proveLink(new StdioDuplex(silent), KEY, 100)).rejects.toThrow(LinkLost);
  await silent.say(NONCE.subarray(0, 5));
  await late;
  const gone = new Guest(32);
  const ended = expect(proveLink(new StdioDuplex(gone), KEY, 5000)).rejects.toThrow(LinkLost);
  await gone.say(NONCE.subarray(0, 5));
  gone.push(null);
  await ended;
});
