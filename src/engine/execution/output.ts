import type { ExecutionEventBody, OutputStream, StreamStats } from '../types.ts';
import { type OutputPiece, TextSplitter } from './text.ts';

/** Takes one phase's output from the guest and gives it on as events: whole characters, and counts that are exact. */
export class OutputCollector {
  readonly #offer: (event: ExecutionEventBody) => Promise<boolean>;
  readonly #streams = {
    STDOUT: { splitter: new TextSplitter(), bytes: 0, given: 0 },
    STDERR: { splitter: new TextSplitter(), bytes: 0, given: 0 },
  };
  #firstAt: number | undefined;
  #refused = false;

  /** @param offer resolves when there is room for more, to whether the event was taken */
  constructor(offer: (event: ExecutionEventBody) => Promise<boolean>) {
    this.#offer = offer;
  }

  /** When the first byte came, as performance.now() has it. */
  get firstAt(): number | undefined {
    return this.#firstAt;
  }

  /** Gives output on; resolves when there is room for more. After the first piece that is refused nothing is given, only counted. */
  async take(stream: OutputStream, data: Uint8Array): Promise<void> {
    this.#firstAt ??= performance.now();
    this.#streams[stream].bytes += data.length;
    await this.#give(stream, this.#streams[stream].splitter.push(data));
  }

  /**
   * Gives the rest on.
   *
   * @param totalBytes that the program wrote; undefined when nobody can say, then it is what came
   */
  async end(stream: OutputStream, totalBytes: number | undefined): Promise<StreamStats> {
    const one = this.#streams[stream];
    const total = totalBytes ?? one.bytes;
    await this.#give(stream, one.splitter.end(total > one.bytes));
    const droppedBytes = total - one.given;
    return { totalBytes: total, droppedBytes, truncated: droppedBytes > 0 };
  }

  async #give(stream: OutputStream, pieces: Iterable<OutputPiece>): Promise<void> {
    if (this.#refused) return;
    for (const piece of pieces) {
      if (!(await this.#offer({ ...piece, stream }))) {
        this.#refused = true;
        return;
      }
      this.#streams[stream].given += piece.kind === 'text' ? Buffer.byteLength(piece.text) : piece.data.length;
    }
  }
}
