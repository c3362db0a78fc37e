import type { Mask } from '../secrets/mask.ts';
import type { MaskedStream } from '../secrets/masked-stream.ts';
import type { ExecutionEventBody, OutputStream, StreamStats } from '../types.ts';
import { type OutputPiece, TextSplitter } from './text.ts';

/** One stream of a phase. */
interface Collecting {
  readonly splitter: TextSplitter;
  readonly masked: MaskedStream | undefined;
  /** That came. */
  bytes: number;
  /** That were given, masks as what they stand for. */
  given: number;
  /** Of these, how many the masks have hidden. */
  shrunkBy: number;
}

/**
 * Takes one phase's output from the guest and gives it on as events: whole characters, secrets masked, and counts of what
 * the program wrote that are exact. (Where output is refused, what the masks of that one chunk stand for counts as dropped.)
 */
export class OutputCollector {
  readonly #offer: (event: ExecutionEventBody) => Promise<boolean>;
  readonly #streams: Readonly<Record<OutputStream, Collecting>>;
  #firstAt: number | undefined;
  #refused = false;

  /** @param offer resolves when there is room for more, to whether the event was taken */
  constructor(offer: (event: ExecutionEventBody) => Promise<boolean>, mask: Mask) {
    this.#offer = offer;
    const begin = () => ({ splitter: new TextSplitter(), masked: mask.stream(), bytes: 0, given: 0, shrunkBy: 0 });
    this.#streams = { STDOUT: begin(), STDERR: begin() };
  }

  /** When the first byte came, as performance.now() has it. */
  get firstAt(): number | undefined {
    return this.#firstAt;
  }

  /** Gives output on; resolves when there is room for more. After the first piece that is refused nothing is given, only counted. */
  async take(stream: OutputStream, data: Uint8Array): Promise<void> {
    this.#firstAt ??= performance.now();
    const one = this.#streams[stream];
    one.bytes += data.length;
    await this.#give(stream, one.splitter.push(one.masked?.push(data) ?? data));
  }

  /**
   * Gives the rest on.
   *
   * @param totalBytes that the program wrote; undefined when nobody can say, then it is what came
   * @param exited the program ended by itself: it had no more to write
   */
  async end(stream: OutputStream, totalBytes: number | undefined, exited: boolean): Promise<StreamStats> {
    const one = this.#streams[stream];
    const total = totalBytes ?? one.bytes;
    const cut = total > one.bytes;
    if (one.masked !== undefined) await this.#give(stream, one.splitter.push(one.masked.end(cut || !exited)));
    await this.#give(stream, one.splitter.end(cut));
    const droppedBytes = total - one.given;
    return { totalBytes: total, droppedBytes, truncated: droppedBytes > 0 };
  }

  async #give(stream: OutputStream, pieces: Iterable<OutputPiece>): Promise<void> {
    if (this.#refused) return;
    const one = this.#streams[stream];
    for (const piece of pieces) {
      if (!(await this.#offer({ ...piece, stream }))) {
        this.#refused = true;
        return;
      }
      one.given += piece.kind === 'text' ? Buffer.byteLength(piece.text) : piece.data.length;
    }
    if (one.masked === undefined) return;
    one.given += one.masked.shrunkBy - one.shrunkBy;
    one.shrunkBy = one.masked.shrunkBy;
  }
}
