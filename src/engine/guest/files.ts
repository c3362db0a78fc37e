import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { FileForm as Form, GuestService, type ListFilesResponse } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { FILE_ANSWER_TIMEOUT_MS } from '../constants.ts';
import type { FileForm, FileInfo, FilePart } from '../types.ts';
import { Asking, type InTime } from './asking.ts';
import { chunks } from './chunks.ts';
import type { GuestCall, GuestConnection } from './connection.ts';
import { readDigest, readEntry, throwFailure } from './file-entry.ts';
import { type GetOrder, getParts } from './get-file.ts';
import { ProtocolViolation } from './violation.ts';

/** What is to be written where. */
export interface PutOrder {
  readonly path: string;
  /** 0 for the usual one. */
  readonly mode: number;
  /** '' for any. */
  readonly sha256: string;
  readonly form: FileForm;
}

/** Which part of a list is wanted. */
export interface ListOrder {
  readonly path: string;
  readonly recursive: boolean;
  readonly glob: string;
  readonly after: Uint8Array;
  readonly limit: number;
}

/** A file call that took the guest too long, and was broken off. */
export class FileTimeout extends Error {
  override readonly name = 'FileTimeout';
}

const FORMS: Readonly<Record<FileForm, Form>> = { FILE: Form.FILE, TAR: Form.TAR };

/** The longest cursor, in bytes. */
const CURSOR_BYTES = 4096;

/**
 * Calls about files of any size. Each throws FileRefusal, FileTimeout, CallReset when its signal aborts, and what a link
 * throws. A worker that code has stopped costs its own call and nothing else.
 */
export class GuestFiles {
  readonly #connection: GuestConnection;
  readonly #asking: Asking;

  constructor(connection: GuestConnection) {
    this.#connection = connection;
    this.#asking = new Asking(connection);
  }

  /** Writes a file, which appears whole or not at all, or an archive. Content is taken as fast as the guest takes it. */
  async put(order: PutOrder, content: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    const parts = new PutParts(order, content);
    const answer = await this.#one(GuestService.method.putFile, parts.all(), signal);
    return this.#asking.checked(({ file, sha256, entries, failure }) => {
      throwFailure(failure);
      const written = { file: readEntry(file), sha256: readDigest(sha256), entries: Number(entries) };
      const whole = parts.whole && (order.form === 'TAR' || written.file.sizeBytes === BigInt(parts.bytes));
      const isAsked = order.sha256 === '' || order.sha256 === sha256;
      if (!whole || !isAsked || entries < 0n) throw new ProtocolViolation('something else was written');
      return written;
    }, answer);
  }

  /** Reads a file or an archive, as fast as it is read here. */
  async *get(order: GetOrder, signal: AbortSignal): AsyncGenerator<FilePart> {
    const call = this.#connection.call(GuestService.method.getFile);
    using patience = new Patience(call, signal);
    const { path, offset, length = -1n, form } = order;
    void call.send({ path, offset, length, form: FORMS[form] });
    call.end();
    const answers = this.#asking.prompt(call.answers(), patience.inTime);
    yield* patience.explain(this.#asking.guarded(getParts(answers, order)));
  }

  /** A page of a list. */
  async list(order: ListOrder, signal: AbortSignal): Promise<{ files: FileInfo[]; next: Uint8Array }> {
    const answer = await this.#one(GuestService.method.listFiles, [order], signal);
    return this.#asking.checked(({ files, next, failure }: ListFilesResponse) => {
      throwFailure(failure);
      if (files.length > order.limit || next.length > CURSOR_BYTES || (files.length === 0 && next.length > 0)) {
        throw new ProtocolViolation('a page that is too long');
      }
      return { files: files.map(readEntry), next };
    }, answer);
  }

  async makeDirectory(path: string, mode: number, signal: AbortSignal): Promise<FileInfo> {
    const answer = await this.#one(GuestService.method.makeDirectory, [{ path, mode }], signal);
    return this.#asking.checked(({ directory, failure }) => {
      throwFailure(failure);
      return readEntry(directory);
    }, answer);
  }

  async remove(path: string, recursive: boolean, signal: AbortSignal): Promise<void> {
    const answer = await this.#one(GuestService.method.removeFile, [{ path, recursive }], signal);
    this.#asking.checked(({ failure }) => throwFailure(failure), answer);
  }

  async #one<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
    questions: Iterable<MessageInitShape<I>> | AsyncIterable<MessageInitShape<I>>,
    signal: AbortSignal,
  ): Promise<MessageShape<O>> {
    const call = this.#connection.call(method);
    using patience = new Patience(call, signal);
    return await patience.told(this.#asking.feed(call, questions, patience.inTime));
  }
}

/** The messages of one PutFile. */
class PutParts {
  /** What was sent. */
  bytes = 0;
  /** Whether that was all. */
  whole = false;
  readonly #order: PutOrder;
  readonly #content: AsyncIterable<Uint8Array>;

  constructor(order: PutOrder, content: AsyncIterable<Uint8Array>) {
    this.#order = order;
    this.#content = content;
  }

  async *all() {
    const { form, ...header } = this.#order;
    yield { part: { case: 'header' as const, value: { ...header, form: FORMS[form] } } };
    for await (const piece of this.#content) {
      for (const chunk of chunks(piece)) {
        this.bytes += chunk.length;
        yield { part: { case: 'chunk' as const, value: chunk } };
      }
    }
    this.whole = true;
    yield { part: { case: 'complete' as const, value: true } };
  }
}

/** Breaks a call off when its signal aborts, and when the guest takes too long. */
class Patience implements Disposable {
  readonly #reset: () => void;
  readonly #signal: AbortSignal;
  #isOver = false;

  constructor(call: Pick<GuestCall<DescMessage, DescMessage>, 'reset'>, signal: AbortSignal) {
    this.#reset = call.reset;
    this.#signal = signal;
    if (signal.aborted) call.reset();
    signal.addEventListener('abort', this.#reset, { once: true });
  }

  readonly inTime: InTime = async (promise) => {
    const late = setTimeout(() => {
      this.#isOver = true;
      this.#reset();
    }, FILE_ANSWER_TIMEOUT_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  };

  /** What came of a call, with the reason when there was no patience left. */
  async told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#reason(error);
    }
  }

  /** The same for many answers. */
  async *explain<T>(answers: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* answers;
    } catch (error) {
      throw this.#reason(error);
    }
  }

  #reason(error: unknown): unknown {
    return this.#isOver ? new FileTimeout(`no answer in ${FILE_ANSWER_TIMEOUT_MS} ms`, { cause: error }) : error;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#reset);
  }
}
