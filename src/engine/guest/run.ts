import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type RunEnded, type RunResponse, Stream } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { millisecondsOf } from './duration.ts';
import {
  END_REASONS,
  type EndedBy,
  FAILURES,
  type RunUsage,
  type StartFailure,
  total,
  usageOf,
  within,
} from './figures.ts';
import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

/** A program to run and what holds for it. */
export interface RunOrder {
  readonly runId: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  readonly timeoutMs: number;
  readonly outputBytes: number;
  readonly killOnOutputLimit: boolean;
  readonly maxProcesses: number;
  readonly maxOpenFiles: number;
  readonly memoryBytes: number;
  readonly keepProcesses: boolean;
  /** Written before the program starts. */
  readonly mainFile?: { readonly path: string; readonly content: Uint8Array; readonly temporary: boolean } | undefined;
  /** Whether what was booted ahead may run it. */
  readonly hot: boolean;
  /** Whether others live beside it, so that its end ends nothing but what it started. */
  readonly shared: boolean;
}

/** How a run ended, as the guest tells it. */
export interface RunEnd {
  readonly by: EndedBy;
  readonly exitCode: number | undefined;
  readonly signal: number | undefined;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly runMs: number;
  readonly usage: RunUsage;
}

/** What a guest tells of a run. */
export type RunAnswer =
  | { readonly kind: 'started'; readonly hot: boolean; readonly coldReason: string }
  | { readonly kind: 'output'; readonly stream: 'STDOUT' | 'STDERR'; readonly data: Uint8Array }
  | { readonly kind: 'ended'; readonly end: RunEnd }
  | { readonly kind: 'failed'; readonly failure: StartFailure; readonly message: string };

/** An order in the words of the protocol. */
export function runStart(order: RunOrder) {
  return {
    runId: order.runId,
    argv: [...order.argv],
    environment: [...order.environment],
    workingDirectory: order.workingDirectory,
    timeout: durationFromMs(Math.ceil(order.timeoutMs)),
    outputBytes: BigInt(order.outputBytes),
    killOnOutputLimit: order.killOnOutputLimit,
    maxProcesses: BigInt(order.maxProcesses),
    maxOpenFiles: BigInt(order.maxOpenFiles),
    memoryBytes: BigInt(order.memoryBytes),
    keepProcesses: order.keepProcesses,
    mainFile: order.mainFile,
    hot: order.hot,
    shared: order.shared,
  };
}

/**
 * The answers of a run, held to their order, sizes and sums: `started`, output within its cap, then one end.
 *
 * @throws ProtocolViolation
 */
export async function* runAnswers(
  responses: AsyncIterable<RunResponse>,
  order: Pick<RunOrder, 'outputBytes' | 'killOnOutputLimit' | 'hot'>,
): AsyncGenerator<RunAnswer> {
  const sent = { STDOUT: 0, STDERR: 0 };
  let state: 'new' | 'started' | 'over' = 'new';
  for await (const { event } of responses) {
    if (state === 'over') throw new ProtocolViolation('an answer after the end of a run');
    if ((event.case === 'started' || event.case === 'failed') !== (state === 'new')) {
      throw new ProtocolViolation(`${event.case ?? 'nothing'} in a run that is ${state}`);
    }
    switch (event.case) {
      case 'started':
        state = 'started';
        if (event.value.hot && !order.hot) throw new ProtocolViolation('a run in what it was not to run in');
        yield {
          kind: 'started',
          hot: event.value.hot,
          coldReason: event.value.coldReason.slice(0, LINK_LIMITS.textLength),
        };
        break;
      case 'output': {
        const { data } = event.value;
        const stream = event.value.stream === Stream.STDOUT ? 'STDOUT' : 'STDERR';
        if (event.value.stream !== Stream.STDOUT && event.value.stream !== Stream.STDERR) {
          throw new ProtocolViolation('output of no stream');
        }
        sent[stream] += data.length;
        if (data.length === 0 || data.length > LINK_LIMITS.chunkBytes || sent[stream] > order.outputBytes) {
          throw new ProtocolViolation(`${data.length} bytes of output`);
        }
        yield { kind: 'output', stream, data };
        break;
      }
      case 'ended':
        state = 'over';
        yield { kind: 'ended', end: checkedEnd(event.value, sent, order) };
        break;
      case 'failed': {
        state = 'over';
        const failure = FAILURES[event.value.reason];
        if (failure === undefined) throw new ProtocolViolation('a failure without a reason');
        yield { kind: 'failed', failure, message: event.value.message.slice(0, LINK_LIMITS.textLength) };
        break;
      }
      default:
        throw new ProtocolViolation('an answer that says nothing');
    }
  }
  if (state !== 'over') throw new ProtocolViolation('a run without an end');
}

function checkedEnd(
  ended: RunEnded,
  sent: { STDOUT: number; STDERR: number },
  order: Pick<RunOrder, 'outputBytes' | 'killOnOutputLimit'>,
): RunEnd {
  const by = END_REASONS[ended.reason];
  if (by === undefined) throw new ProtocolViolation('an end without a reason');
  const exitCode = ended.status.case === 'exitCode' ? ended.status.value : undefined;
  const signal = ended.status.case === 'signal' ? ended.status.value : undefined;
  if (exitCode === undefined && signal === undefined) throw new ProtocolViolation('an end without a status');
  within(exitCode ?? 0, 0, 255);
  within(signal ?? 1, 1, 64);
  const stdoutBytes = total(ended.stdout, sent.STDOUT);
  const stderrBytes = total(ended.stderr, sent.STDERR);
  const exceeded = order.killOnOutputLimit && Math.max(stdoutBytes, stderrBytes) > order.outputBytes;
  if (by === 'OUTPUT_LIMIT' && !exceeded) throw new ProtocolViolation('killed at an output limit that was not reached');
  return {
    by,
    exitCode,
    signal,
    stdoutBytes,
    stderrBytes,
    runMs: ended.runTime === undefined ? 0 : within(millisecondsOf(ended.runTime)),
    usage: usageOf(ended.usage),
  };
}
