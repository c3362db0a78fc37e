import { Duplex } from 'node:stream';
import { ProtocolViolation } from './violation.ts';

const HEADER_BYTES = 8;
const STDOUT = 1;
const STDERR = 2;

/** Bytes kept of the end of the guest's standard error, for the log. */
const STDERR_KEPT_BYTES = 8 * 1024;

/** More than this on standard error, and the guest is not ours. */
const STDERR_LIMIT_BYTES = 1024 * 1024;

/**
 * The guest's standard input and output as one duplex, made from an attached container's connection.
 *
 * Docker sends frames: one byte that names the stream, three of padding, four of length (big-endian), then the payload.
 * They are taken apart in a loop, without copying and without recursion, however many arrive in one chunk.
 * Emits `received` after each chunk.
 */
export class StdioDuplex extends Duplex {
  readonly #connection: Duplex;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #stream = 0;
  #payloadLeft = 0;
  #stderrTail = Buffer.alloc(0);
  #stderrBytes = 0;
  #received = 0;

  constructor(connection: Duplex) {
    super();
    this.#connection = connection;
    connection.on('data', (chunk: Buffer) => this.#take(chunk));
    connection.on('end', () => this.push(null));
    connection.on('close', () => this.destroy());
    connection.on('error', (error) => this.destroy(error));
  }

  /** Bytes that have come on the guest's standard output. */
  get received(): number {
    return this.#received;
  }

  /** The end of what the guest wrote to its standard error. */
  get stderrTail(): string {
    return this.#stderrTail.toString();
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.write(chunk, done);
  }

  /** What has gathered goes in one write: a frame of HTTP/2 comes in two pieces, and each would be a packet to Docker. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const last = chunks.length - 1;
    this.#connection.cork();
    for (const [i, { chunk }] of chunks.entries()) {
      if (i === last) this.#connection.write(chunk, done);
      else this.#connection.write(chunk);
    }
    this.#connection.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    let room = true;
    for (let at = 0; at < chunk.length && !this.destroyed; ) {
      if (this.#payloadLeft === 0) {
        at = this.#takeHeader(chunk, at);
        continue;
      }
      const payload = chunk.subarray(at, at + this.#payloadLeft);
      at += payload.length;
      this.#payloadLeft -= payload.length;
      if (this.#stream === STDOUT) {
        this.#received += payload.length;
        room = this.push(payload);
      } else if (this.#stream === STDERR) {
        this.#keepStderr(payload);
      }
    }
    this.emit('received');
    if (!room) this.#connection.pause();
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, at, at + HEADER_BYTES - this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      this.#stream = this.#header[0] ?? 0;
      this.#payloadLeft = this.#header.readUInt32BE(4);
    }
    return at + taken;
  }

  #keepStderr(payload: Buffer): void {
    this.#stderrBytes += payload.length;
    this.#stderrTail = Buffer.from(Buffer.concat([this.#stderrTail, payload]).subarray(-STDERR_KEPT_BYTES));
    if (this.#stderrBytes > STDERR_LIMIT_BYTES) {
      this.destroy(new ProtocolViolation(`more than ${STDERR_LIMIT_BYTES} bytes on standard error`));
    }
  }
}
