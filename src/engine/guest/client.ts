import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type FileFailure,
  type GreetResponse,
  GuestService,
  type Survey,
} from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { GUEST_ANSWER_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../constants.ts';
import type { SessionUsage } from '../types.ts';
import { Asking } from './asking.ts';
import { type CellAnswer, type CellOrder, cellAnswers, runCell } from './cell.ts';
import { chunks } from './chunks.ts';
import type { GuestCall, GuestConnection } from './connection.ts';
import { GuestFiles } from './files.ts';
import { readInspection, readLeft } from './inspection.ts';
import { LINK_LIMITS } from './limits.ts';
import { type ReadPart, readParts } from './read-files.ts';
import { type RunAnswer, type RunOrder, runAnswers, runStart } from './run.ts';

/** Versions of the guest's protocol that this host speaks, newest first. */
const PROTOCOL_VERSIONS = [1];

/** Standard input: all of it, or as it comes. */
export type Stdin = Uint8Array | AsyncIterable<Uint8Array>;

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

/** The lease of a sandbox that is kept. Times in milliseconds. */
export interface KeepOrder {
  readonly lifetimeMs: number;
  readonly idleTimeoutMs: number;
  /** What later links are proved by. */
  readonly key: Uint8Array;
  readonly memoryBytes: number;
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
  /** Files of any size, directories and lists. */
  readonly files: GuestFiles;
  readonly #asking: Asking;

  constructor(connection: GuestConnection) {
    this.connection = connection;
    this.files = new GuestFiles(connection);
    this.#asking = new Asking(connection);
  }

  /**
   * Opens the link.
   *
   * @param digest of the guest that must answer, lower-case hex
   */
  async greet(digest: string, codeUid: number, caBundle: Uint8Array, timeoutMs: number): Promise<GreetResponse> {
    const answer = await this.#asking.ask(
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
      throw this.#asking.violated(`a guest of protocol version ${answer.protocolVersion}`);
    }
    if (answer.guestDigest !== digest) throw this.#asking.violated('a guest with another digest');
    return answer;
  }

  /**
   * Writes files in order and stops at the first that fails, which it returns.
   *
   * @throws CallReset when the signal aborts
   */
  async writeFiles(
    files: readonly OutgoingFile[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<FileFailure | undefined> {
    const call = this.connection.call(GuestService.method.writeFiles);
    signal.addEventListener('abort', call.reset, { once: true });
    try {
      return (await this.#asking.ask(call, fileParts(files), timeoutMs)).failure;
    } finally {
      signal.removeEventListener('abort', call.reset);
    }
  }

  /** Reads files; see ReadFiles of guest.proto. Throws CallReset when the signal aborts. */
  readFiles(
    patterns: readonly string[],
    maxTotalBytes: number,
    maxFiles: number,
    signal: AbortSignal,
  ): AsyncGenerator<ReadPart> {
    const call = this.connection.call(GuestService.method.readFiles);
    signal.addEventListener('abort', call.reset, { once: true });
    void call.send({ patterns: [...patterns], maxTotalBytes: BigInt(maxTotalBytes), maxFiles });
    call.end();
    return this.#asking.guarded(readParts(this.#asking.prompt(call.answers()), patterns, maxTotalBytes, maxFiles));
  }

  /** Lets an interpreter boot ahead of its program. */
  async boot(order: BootOrder, timeoutMs: number): Promise<Booted> {
    const { hook, argv, environment, reset } = order;
    const question = { hook, argv: [...argv], environment: [...environment], reset };
    const answer = await this.#asking.ask(this.connection.call(GuestService.method.boot), [question], timeoutMs);
    return {
      failure: answer.failure === '' ? undefined : answer.failure.slice(0, LINK_LIMITS.textLength),
      survey: answer.survey,
    };
  }

  /** Makes the sandbox outlive its links, or changes its lease. */
  async keep({ lifetimeMs, idleTimeoutMs, key, memoryBytes }: KeepOrder): Promise<void> {
    // Callers may ask for fractions of a millisecond, and the conversion takes whole ones only.
    const [lifetime, idleTimeout] = [lifetimeMs, idleTimeoutMs].map((ms) => durationFromMs(Math.ceil(ms)));
    const lease = { lifetime, idleTimeout };
    const question = { ...lease, key, memoryBytes: BigInt(memoryBytes) };
    await this.#asking.ask(this.connection.call(GuestService.method.keep), [question], GUEST_ANSWER_TIMEOUT_MS);
  }

  /** Starts a program and feeds it `stdin`, then its end of file. */
  run(order: RunOrder, stdin: Stdin): GuestRun {
    const call = this.connection.call(GuestService.method.run);
    void this.#feed(call, order, stdin);
    return {
      answers: this.#asking.guarded(runAnswers(call.answers(), order)),
      reset: () => call.reset(),
    };
  }

  /** Runs code in a context, which is made when it is new. */
  cell(order: CellOrder): { readonly answers: AsyncIterable<CellAnswer> } {
    const call = this.connection.call(GuestService.method.runCell);
    void call.send(runCell(order));
    call.end();
    return { answers: this.#asking.guarded(cellAnswers(call.answers(), order)) };
  }

  /**
   * Ends everything of the code, or what one run started, and resolves when nothing of it is left.
   *
   * @param runId which; '' for everything
   */
  async kill(runId = ''): Promise<void> {
    await this.#asking.ask(this.connection.call(GuestService.method.kill), [{ runId }], GUEST_ANSWER_TIMEOUT_MS);
  }

  /** Sends a signal to the main process of a run; one that has ended is left alone. */
  async signal(runId: string, signal: number): Promise<void> {
    await this.#asking.ask(
      this.connection.call(GuestService.method.signal),
      [{ runId, signal }],
      GUEST_ANSWER_TIMEOUT_MS,
    );
  }

  /** What the sandbox holds. */
  async inspect(): Promise<SessionUsage> {
    const call = this.connection.call(GuestService.method.inspect);
    return this.#asking.checked(readInspection, await this.#asking.ask(call, [{}], GUEST_ANSWER_TIMEOUT_MS));
  }

  /** What processes have written that a run left behind; undefined when nothing of it is known. */
  async readLeft(runId: string, offsets: { readonly stdout: number; readonly stderr: number }) {
    const call = this.connection.call(GuestService.method.readLeft);
    const question = { runId, stdoutOffset: BigInt(offsets.stdout), stderrOffset: BigInt(offsets.stderr) };
    const answer = await this.#asking.ask(call, [question], GUEST_ANSWER_TIMEOUT_MS);
    return this.#asking.checked((left) => readLeft(left, offsets), answer);
  }

  /** Ends a context and all that it started; one that is not there is no error. */
  async endContext(context: string): Promise<void> {
    await this.#asking.ask(
      this.connection.call(GuestService.method.endContext),
      [{ context }],
      GUEST_ANSWER_TIMEOUT_MS,
    );
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }

  async #feed(call: RunCall, order: RunOrder, stdin: Stdin): Promise<void> {
    await call.send({ part: { case: 'start', value: runStart(order) } });
    for await (const piece of stdin instanceof Uint8Array ? [stdin] : stdin) {
      for (const chunk of chunks(piece)) await call.send({ part: { case: 'stdin', value: chunk } });
    }
    call.end();
  }
}

function* fileParts(files: readonly OutgoingFile[]) {
  for (const { path, mode, content } of files) {
    const file = { path, mode, sizeBytes: BigInt(content.length) };
    yield { part: { case: 'file' as const, value: file } };
    for (const chunk of chunks(content)) yield { part: { case: 'chunk' as const, value: chunk } };
  }
}
