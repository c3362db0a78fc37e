import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type FileFailure,
  type GreetResponse,
  GuestService,
  type Survey,
} from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { GUEST_ANSWER_TIMEOUT_MS, READ_ANSWER_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../constants.ts';
import type { GuestCall, GuestConnection } from './connection.ts';
import { LINK_LIMITS } from './limits.ts';
import { type ReadPart, readParts } from './read-files.ts';
import { type RunAnswer, type RunOrder, runAnswers, runStart } from './run.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

/** Versions of the guest's protocol that this host speaks, newest first. */
const PROTOCOL_VERSIONS = [1];

type RunCall = GuestCall<typeof GuestService.method.run.input, typeof GuestService.method.run.output>;

/** A file on its way into a sandbox. */
export interface OutgoingFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** What to boot ahead of a program. */
export interface BootOrder {
  /** Which hook makes it wait; '' for a process that can become any program. */
  readonly hook: string;
  /** As a run will have it, without the caller's arguments. */
  readonly argv: readonly string[];
  /** As a run will have it, without the caller's variables. */
  readonly environment: readonly string[];
  /** Whether everything of the code is ended and removed before. */
  readonly reset: boolean;
}

/** What came of it. */
export interface Booted {
  /** Why nothing waits; undefined when something does. */
  readonly failure: string | undefined;
  /** What the sandbox holds now. */
  readonly survey: Survey | undefined;
}

/** A program that runs: its answers, and the way to feed it. */
export interface GuestRun {
  /** To be read once, to the end. */
  readonly answers: AsyncIterable<RunAnswer>;
  /** Ends the run from our side, without waiting. */
  reset(): void;
}

/** Everything a guest can be asked, typed, with every answer held to what ours would give. */
export class GuestClient implements Disposable {
  readonly connection: GuestConnection;

  constructor(connection: GuestConnection) {
    this.connection = connection;
  }

  /**
   * Opens the link.
   *
   * @param digest of the guest that must answer, lower-case hex
   */
  async greet(digest: string, codeUid: number, caBundle: Uint8Array, timeoutMs: number): Promise<GreetResponse> {
    const answer = await this.#ask(
      this.connection.call(GuestService.method.greet),
      [
        {
          protocolVersions: PROTOCOL_VERSIONS,
          codeUid,
          silenceTimeout: durationFromMs(SILENCE_TIMEOUT_MS),
          caBundle,
        },
      ],
      timeoutMs,
    );
    if (!PROTOCOL_VERSIONS.includes(answer.protocolVersion)) {
      throw this.#violated(`a guest of protocol version ${answer.protocolVersion}`);
    }
    if (answer.guestDigest !== digest) throw this.#violated('a guest with another digest');
    return answer;
  }

  /** Writes files in order and stops at the first that fails, which it returns. */
  async writeFiles(files: readonly OutgoingFile[], timeoutMs: number): Promise<FileFailure | undefined> {
    const call = this.connection.call(GuestService.method.writeFiles);
    const answer = await this.#ask(call, fileParts(files), timeoutMs);
    return answer.failure;
  }

  /** Reads files; see ReadFiles of guest.proto. */
  readFiles(patterns: readonly string[], maxTotalBytes: number, maxFiles: number): AsyncGenerator<ReadPart> {
    const call = this.connection.call(GuestService.method.readFiles);
    void call.send({ patterns: [...patterns], maxTotalBytes: BigInt(maxTotalBytes), maxFiles });
    call.end();
    return this.#guarded(readParts(this.#prompt(call.answers()), patterns, maxTotalBytes, maxFiles));
  }

  /** Lets an interpreter boot ahead of its program. */
  async boot(order: BootOrder, timeoutMs: number): Promise<Booted> {
    const { hook, argv, environment, reset } = order;
    const question = { hook, argv: [...argv], environment: [...environment], reset };
    const answer = await this.#ask(this.connection.call(GuestService.method.boot), [question], timeoutMs);
    return {
      failure: answer.failure === '' ? undefined : answer.failure.slice(0, LINK_LIMITS.textLength),
      survey: answer.survey,
    };
  }

  /** Starts a program and feeds it `stdin`, then its end of file. */
  run(order: RunOrder, stdin: Uint8Array): GuestRun {
    const call = this.connection.call(GuestService.method.run);
    void this.#feed(call, order, stdin);
    return {
      answers: this.#guarded(runAnswers(call.answers(), order)),
      reset: () => call.reset(),
    };
  }

  /** Ends everything of the code and resolves when nothing of it is left. */
  async kill(): Promise<void> {
    await this.#ask(this.connection.call(GuestService.method.kill), [{}], GUEST_ANSWER_TIMEOUT_MS);
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }

  async #feed(call: RunCall, order: RunOrder, stdin: Uint8Array): Promise<void> {
    await call.send({ part: { case: 'start', value: runStart(order) } });
    for (const chunk of chunks(stdin)) await call.send({ part: { case: 'stdin', value: chunk } });
    call.end();
  }

  /** One answer, in time, to all the questions of a call. */
  #ask<I extends DescMessage, O extends DescMessage>(
    call: GuestCall<I, O>,
    questions: Iterable<MessageInitShape<I>>,
    timeoutMs: number,
  ): Promise<MessageShape<O>> {
    return this.#inTime(this.#askNow(call, questions), timeoutMs);
  }

  async #askNow<I extends DescMessage, O extends DescMessage>(
    call: GuestCall<I, O>,
    questions: Iterable<MessageInitShape<I>>,
  ): Promise<MessageShape<O>> {
    const answers = call.answers();
    const first = answers.next();
    // A guest that answers early reads no more: what is left is not sent, and room for it is not waited for.
    let answered = false;
    const stop = () => {
      answered = true;
    };
    const early = first.then(stop, stop);
    for (const question of questions) {
      await Promise.race([call.send(question), early]);
      if (answered) break;
    }
    call.end();
    const { value, done } = await first;
    if (done === true) throw this.#violated('no answer to a question');
    const second = await answers.next();
    if (second.done !== true) throw this.#violated('two answers to one question');
    return value;
  }

  /** Answers of which each comes in time; what the one who reads them takes does not count. */
  async *#prompt<T>(answers: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      for (;;) {
        const { value, done } = await this.#inTime(answers.next(), READ_ANSWER_TIMEOUT_MS);
        if (done === true) return;
        yield value;
      }
    } finally {
      await answers.return(undefined);
    }
  }

  /** Ends the link when something takes too long. */
  async #inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
    const late = setTimeout(() => this.connection.fail(new LinkLost(`no answer in ${timeoutMs} ms`)), timeoutMs);
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  async *#guarded<T>(answers: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* answers;
    } catch (error) {
      if (error instanceof ProtocolViolation) this.connection.fail(error);
      throw error;
    }
  }

  #violated(what: string): ProtocolViolation {
    const violation = new ProtocolViolation(what);
    this.connection.fail(violation);
    return violation;
  }
}

function* fileParts(files: readonly OutgoingFile[]) {
  for (const { path, mode, content } of files) {
    const file = { path, mode, sizeBytes: BigInt(content.length) };
    yield { part: { case: 'file' as const, value: file } };
    for (const chunk of chunks(content)) yield { part: { case: 'chunk' as const, value: chunk } };
  }
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += LINK_LIMITS.chunkBytes) {
    yield bytes.subarray(at, at + LINK_LIMITS.chunkBytes);
  }
}
