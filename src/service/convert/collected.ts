import type { Display, ExecutionEvent, ExecutionResult, OutputStream } from '../../engine/types.ts';

/** Bytes in the order in which they came, as many as fit under a cap; the rest is only counted. */
class Bytes {
  readonly #cap: number;
  /** One buffer that grows: pieces of a byte each would take a hundred times their length. */
  #kept = Buffer.alloc(0);
  #length = 0;
  /** How many came, kept or not. */
  total = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  /** How many were kept. */
  get length(): number {
    return this.#length;
  }

  /** Whether all that came was kept. */
  get isWhole(): boolean {
    return this.#length === this.total;
  }

  add(piece: Uint8Array): void {
    this.total += piece.length;
    const fitting = piece.subarray(0, this.#cap - this.#length);
    const needed = this.#length + fitting.length;
    if (needed > this.#kept.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#cap, Math.max(needed, 2 * this.#kept.length)));
      this.#kept.copy(larger, 0, 0, this.#length);
      this.#kept = larger;
    }
    this.#kept.set(fitting, this.#length);
    this.#length = needed;
  }

  /** Keeps nothing of what came; it stays counted. */
  forget(): void {
    this.#kept = Buffer.alloc(0);
    this.#length = 0;
  }

  joined(): Uint8Array {
    return this.#kept.subarray(0, this.#length);
  }
}

/** An output file as it came. */
export interface CollectedFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Bytes;
  sha256: string;
  /** Whether its last piece came. */
  whole: boolean;
}

/** What the events of an execution add up to, in bounded memory. */
export class Collected {
  readonly #cap: number;
  #output: Record<OutputStream, Bytes>;
  readonly files: CollectedFile[] = [];
  readonly displays: Display[] = [];
  droppedDisplays = 0;
  #displaysLeft: number;
  #filesLeft: number;
  result: ExecutionResult | undefined;

  /** @param cap no stream is kept beyond this many bytes, nor all files together */
  constructor(cap: number) {
    this.#cap = cap;
    this.#filesLeft = cap;
    this.#displaysLeft = Math.floor(cap / 2);
    this.#output = this.#empty();
  }

  add(event: ExecutionEvent): void {
    switch (event.kind) {
      case 'text':
        this.#output[event.stream].add(Buffer.from(event.text));
        return;
      case 'data':
        this.#output[event.stream].add(event.data);
        return;
      case 'phase':
        // The answer has the output of the phase that it ended in: a set-up that went well says nothing.
        this.#output = this.#empty();
        return;
      case 'file':
        this.#addFile(event);
        return;
      case 'display':
        this.#addDisplay(event.display);
        return;
      case 'finished':
        this.result = event.result;
    }
  }

  #addDisplay(display: Display): void {
    const bytes = [...display.data].reduce((sum, [type, data]) => sum + type.length + data.length, 0);
    this.#displaysLeft -= bytes;
    if (this.#displaysLeft >= 0) this.displays.push(display);
    else this.droppedDisplays += 1;
  }

  /** What came on a stream: its first bytes, and how many there were. */
  output(stream: OutputStream): { readonly bytes: Uint8Array; readonly total: number } {
    const bytes = this.#output[stream];
    return { bytes: bytes.joined(), total: bytes.total };
  }

  #addFile({ path, mode, chunk, last, sha256 = '' }: ExecutionEvent & { kind: 'file' }): void {
    let file = this.files.at(-1);
    if (file === undefined || file.whole || file.path !== path) {
      file = { path, mode, content: new Bytes(this.#filesLeft), sha256: '', whole: false };
      this.files.push(file);
    }
    const { content } = file;
    const before = content.length;
    content.add(chunk);
    this.#filesLeft -= content.length - before;
    if (!content.isWhole) {
      // It cannot be given whole any more: its room is for those that come after it.
      this.#filesLeft += content.length;
      content.forget();
    }
    file.sha256 = sha256;
    file.whole = last;
  }

  #empty(): Record<OutputStream, Bytes> {
    return { STDOUT: new Bytes(this.#cap), STDERR: new Bytes(this.#cap) };
  }
}
