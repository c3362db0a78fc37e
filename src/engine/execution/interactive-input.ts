import { BoundedQueue } from '../../lib/bounded-queue.ts';
import { INPUT_QUEUE_BYTES } from '../constants.ts';
import { EngineError } from '../errors.ts';

/** Standard input that comes while the program runs. */
export class InteractiveInput implements AsyncIterable<Uint8Array> {
  readonly #pieces = new BoundedQueue<Uint8Array>(INPUT_QUEUE_BYTES, (piece) => piece.length);
  #offset = 0;
  #closed: 'by its caller' | 'by its program' | undefined;
  /** One piece is taken at a time, in the order in which they came. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param begin what it begins with */
  constructor(begin: Uint8Array) {
    if (begin.length > 0) void this.#push(begin);
  }

  /**
   * Takes a piece; resolves when there is room for the next.
   *
   * @param offset how many bytes come before it
   * @returns how many bytes were taken in all
   * @throws EngineError INPUT_REFUSED
   */
  take(offset: number, data: Uint8Array, end: boolean): Promise<number> {
    const taken = this.#turn.then(() => this.#take(offset, data, end));
    this.#turn = taken.catch(() => {});
    return taken;
  }

  /** The program takes no more. */
  close(): void {
    this.#closed ??= 'by its program';
    this.#pieces.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#pieces[Symbol.asyncIterator]();
  }

  async #take(offset: number, data: Uint8Array, end: boolean): Promise<number> {
    const known = this.#offset - offset;
    if (known < 0) throw this.#refusal(`offset: ${offset} leaves a gap: ${this.#offset} bytes were taken`);
    const rest = data.subarray(known);
    if (this.#closed === 'by its program') throw this.#refusal('the program has ended, and takes no input');
    if (this.#closed !== undefined && rest.length > 0) throw this.#refusal('the input has ended: nothing can follow');
    if (rest.length > 0) await this.#push(rest);
    if (end && this.#closed === undefined) {
      this.#closed = 'by its caller';
      this.#pieces.close();
    }
    return this.#offset;
  }

  #push(piece: Uint8Array): Promise<void> {
    this.#offset += piece.length;
    return this.#pieces.push(piece);
  }

  #refusal(message: string): EngineError {
    return new EngineError('INPUT_REFUSED', message, { metadata: { offset: String(this.#offset) } });
  }
}
