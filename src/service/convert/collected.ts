import type { ExecutionEvent, ExecutionResult, OutputStream } from '../../engine/types.ts';

/** Bytes in the order in which they came, as many as fit under a cap; the rest is only counted. */
class Bytes {
  readonly #cap: number;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;
  /** How many came, kept or not. */
  total = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  add(piece: Uint8Array): void {
    this.total += piece.length;
    const kept = piece.subarray(0, this.#cap - this.#length);
    this.#length += kept.length;
    if (kept.length > 0) this.#pieces.push(kept);
  }

  joined(): Uint8Array {
    return Buffer.concat(this.#pieces);
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
  result: ExecutionResult | undefined;

  /** @param cap no stream and no file is kept beyond this many bytes */
  constructor(cap: number) {
    this.#cap = cap;
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
      case 'finished':
        this.result = event.result;
    }
  }

  /** What came on a stream: its first bytes, and how many there were. */
  output(stream: OutputStream): { readonly bytes: Uint8Array; readonly total: number } {
    const bytes = this.#output[stream];
    return { bytes: bytes.joined(), total: bytes.total };
  }

  #addFile({ path, mode, chunk, last, sha256 = '' }: ExecutionEvent & { kind: 'file' }): void {
    let file = this.files.at(-1);
    if (file === undefined || file.whole || file.path !== path) {
      file = { path, mode, content: new Bytes(this.#cap), sha256: '', whole: false };
      this.files.push(file);
    }
    file.content.add(chunk);
    file.sha256 = sha256;
    file.whole = last;
  }

  #empty(): Record<OutputStream, Bytes> {
    return { STDOUT: new Bytes(this.#cap), STDERR: new Bytes(this.#cap) };
  }
}
