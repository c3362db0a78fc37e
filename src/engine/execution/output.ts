import type { ExecutionEventBody, OutputStream, StreamStats } from '../types.ts';
import { type OutputPiece, TextSplitter } from './text.ts';

/** Takes one phase's output from the guest and gives it on as events: whole characters, and counts that are exact. */
export class OutputCollector {
  readonly #emit: (event: ExecutionEventBody) => Promise<void>;
  readonly #streams = {
    STDOUT: { splitter: new TextSplitter(), bytes: 0 },
    STDERR: { splitter: new TextSplitter(), bytes: 0 },
  };
  #firstAt: number | undefined;

  constructor(emit: (event: ExecutionEventBody) => Promise<void>) {
    this.#emit = emit;
  }

  /** When the first byte came, as performance.now() has it. */
  get firstAt(): number | undefined {
    return this.#firstAt;
  }

  /** Gives output on; resolves when there is room for more. */
  async take(stream: OutputStream, data: Uint8Array): Promise<void> {
    this.#firstAt ??= performance.now();
    const { splitter } = this.#streams[stream];
    this.#streams[stream].bytes += data.length;
    await this.#give(stream, splitter.push(data));
  }

  /**
   * Gives the rest on.
   *
   * @param totalBytes that the program wrote; undefined when nobody can say, then it is what came
   */
  async end(stream: OutputStream, totalBytes: number | undefined): Promise<StreamStats> {
    const { splitter, bytes } = this.#streams[stream];
    const total = totalBytes ?? bytes;
    const { pieces, dropped } = splitter.end(total > bytes);
    await this.#give(stream, pieces);
    const droppedBytes = total - bytes + dropped;
    return { totalBytes: total, droppedBytes, truncated: droppedBytes > 0 };
  }

  async #give(stream: OutputStream, pieces: readonly OutputPiece[]): Promise<void> {
    for (const piece of pieces) await this.#emit({ ...piece, stream });
  }
}
