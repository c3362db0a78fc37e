import { create, type MessageShape } from '@bufbuild/protobuf';
import { toPlain } from './convert/plain.ts';
import { ExecutionFailedError } from './errors.ts';
import {
  type ExecuteResponse,
  ExecuteResponseSchema,
  StreamStatsSchema,
  TimingsSchema,
  UsageSchema,
} from './gen/isol8/v1/execution_pb.ts';
import type { ExecutionFacts } from './types/result.ts';

/** Fields of ExecutionFacts. */
export interface Result extends ExecutionFacts {}

/** How an execution went. That it went wrong is no error: `ok` says so, and `check` throws it. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets every field that the interface names
export class Result {
  readonly #stdoutRaw: Uint8Array;
  readonly #stderrRaw: Uint8Array;

  constructor(message: MessageShape<typeof ExecuteResponseSchema>) {
    const { stdoutRaw, stderrRaw, ...facts } = toPlain<ExecutionFacts & Raw, typeof ExecuteResponseSchema>(
      ExecuteResponseSchema,
      {
        ...message,
        // Always there for callers.
        stdoutStats: message.stdoutStats ?? create(StreamStatsSchema),
        stderrStats: message.stderrStats ?? create(StreamStatsSchema),
        usage: message.usage ?? create(UsageSchema),
        timings: message.timings ?? create(TimingsSchema),
      },
    );
    Object.assign(this, facts);
    this.#stdoutRaw = stdoutRaw;
    this.#stderrRaw = stderrRaw;
  }

  /** Whether the program exited with 0. */
  get ok(): boolean {
    return this.outcome === 'EXITED' && this.exitCode === 0;
  }

  /** Whether output is missing, of either stream. */
  get truncated(): boolean {
    return this.stdoutStats.truncated || this.stderrStats.truncated;
  }

  /** How long the program ran, in milliseconds; 0 when it did not. */
  get durationMs(): number {
    return this.timings.runMs ?? 0;
  }

  /** Standard output, the very bytes. */
  get stdoutBytes(): Uint8Array {
    return this.#stdoutRaw.length > 0 ? this.#stdoutRaw : new TextEncoder().encode(this.stdout);
  }

  /** Standard error, the very bytes. */
  get stderrBytes(): Uint8Array {
    return this.#stderrRaw.length > 0 ? this.#stderrRaw : new TextEncoder().encode(this.stderr);
  }

  /**
   * The result itself, when it is ok.
   *
   * @throws ExecutionFailedError
   */
  check(): this {
    if (!this.ok) throw new ExecutionFailedError(summary(this), this);
    return this;
  }
}

type Raw = Pick<ExecuteResponse, 'stdoutRaw' | 'stderrRaw'>;

/** One line that says how it went: `EXITED with 1: ValueError: boom`. */
function summary({ outcome, exitCode, signal, message, stderr }: Result): string {
  const how = exitCode !== undefined ? ` with ${exitCode}` : signal !== undefined ? ` by signal ${signal}` : '';
  const why = message !== '' ? message : (stderr.trimEnd().split('\n').at(-1) ?? '');
  return `the execution ended: ${outcome}${how}${why === '' ? '' : `: ${why}`}`;
}
