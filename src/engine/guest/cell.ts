import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type CellDisplay,
  type CellEnded,
  type CellError,
  type RunCellResponse,
  Stream,
} from '../../../gen/isol8/guest/v1/guest_pb.ts';
import type { Display, ExecutionError } from '../types.ts';
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

/** Forms of one display. */
const MAX_FORMS = 32;
const MAX_FRAMES = 100;
const MAX_NAME = 256;

/** Code for a context and what holds for it. */
export interface CellOrder {
  readonly runId: string;
  readonly context: string;
  readonly driver: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly cellEnvironment: readonly string[];
  readonly code: Uint8Array;
  readonly stdin: Uint8Array;
  readonly workingDirectory: string;
  readonly timeoutMs: number;
  readonly outputBytes: number;
  readonly killOnOutputLimit: boolean;
  readonly maxProcesses: number;
  readonly maxOpenFiles: number;
  /** Bytes of displays and errors. */
  readonly displayBytes: number;
  /** Whether a new context may begin in what was booted ahead. */
  readonly hot: boolean;
}

/** How a cell ended, as the guest tells it. */
export interface CellEnd {
  readonly by: EndedBy;
  readonly exitCode: number;
  readonly signal: number | undefined;
  readonly error: ExecutionError | undefined;
  readonly contextEnded: boolean;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly droppedDisplays: number;
  readonly runMs: number;
  readonly usage: RunUsage;
  /** Why the guest ended the context; '' when it did not. */
  readonly message: string;
}

/** What a guest tells of a cell. */
export type CellAnswer =
  | { readonly kind: 'started'; readonly isHot: boolean }
  | { readonly kind: 'output'; readonly stream: 'STDOUT' | 'STDERR'; readonly data: Uint8Array }
  | { readonly kind: 'display'; readonly display: Omit<Display, 'context'> }
  | { readonly kind: 'ended'; readonly end: CellEnd }
  | { readonly kind: 'failed'; readonly failure: StartFailure; readonly message: string };

/** An order in the words of the protocol. */
export function runCell(order: CellOrder) {
  return {
    runId: order.runId,
    context: order.context,
    driver: order.driver,
    argv: [...order.argv],
    environment: [...order.environment],
    cellEnvironment: [...order.cellEnvironment],
    code: order.code,
    stdin: order.stdin,
    workingDirectory: order.workingDirectory,
    timeout: durationFromMs(Math.ceil(order.timeoutMs)),
    outputBytes: BigInt(order.outputBytes),
    killOnOutputLimit: order.killOnOutputLimit,
    maxProcesses: BigInt(order.maxProcesses),
    maxOpenFiles: BigInt(order.maxOpenFiles),
    displayBytes: BigInt(order.displayBytes),
    hot: order.hot,
  };
}

/**
 * The answers of a cell, held to their order, sizes and sums: `started`, output and displays within their caps, one end.
 *
 * @throws ProtocolViolation
 */
export async function* cellAnswers(
  responses: AsyncIterable<RunCellResponse>,
  order: Pick<CellOrder, 'outputBytes' | 'displayBytes'>,
): AsyncGenerator<CellAnswer> {
  const sent = { STDOUT: 0, STDERR: 0 };
  const displays = new Displays(order.displayBytes);
  let state: 'new' | 'started' | 'over' = 'new';
  for await (const { event } of responses) {
    if (state === 'over') throw new ProtocolViolation('an answer after the end of a cell');
    if ((event.case === 'started' || event.case === 'failed') !== (state === 'new')) {
      throw new ProtocolViolation(`${event.case ?? 'nothing'} in a cell that is ${state}`);
    }
    switch (event.case) {
      case 'started':
        state = 'started';
        yield { kind: 'started', isHot: event.value.hot || !event.value.fresh };
        break;
      case 'output': {
        const { data } = event.value;
        if (event.value.stream !== Stream.STDOUT && event.value.stream !== Stream.STDERR) {
          throw new ProtocolViolation('output of no stream');
        }
        const stream = event.value.stream === Stream.STDOUT ? 'STDOUT' : 'STDERR';
        sent[stream] += data.length;
        if (data.length === 0 || data.length > LINK_LIMITS.chunkBytes || sent[stream] > order.outputBytes) {
          throw new ProtocolViolation(`${data.length} bytes of output`);
        }
        yield { kind: 'output', stream, data };
        break;
      }
      case 'display': {
        const display = displays.take(event.value);
        if (display !== undefined) yield { kind: 'display', display };
        break;
      }
      case 'ended':
        state = 'over';
        yield { kind: 'ended', end: checkedEnd(event.value, sent) };
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
  if (state !== 'over') throw new ProtocolViolation('a cell without an end');
}

/** Puts the pieces of displays together. */
class Displays {
  #left: number;
  #forms = new Map<string, Uint8Array[]>();

  constructor(most: number) {
    this.#left = most;
  }

  /** The display that this piece makes whole. */
  take(piece: CellDisplay): Omit<Display, 'context'> | undefined {
    this.#left -= piece.data.length + piece.mimeType.length;
    const form = this.#forms.get(piece.mimeType) ?? [];
    if (this.#left < 0 || piece.data.length > LINK_LIMITS.chunkBytes || piece.mimeType.length > 128) {
      throw new ProtocolViolation('more of a display than was asked for');
    }
    form.push(piece.data);
    this.#forms.set(piece.mimeType, form);
    if (this.#forms.size > MAX_FORMS || piece.displayId.length > MAX_NAME)
      throw new ProtocolViolation('an odd display');
    if (!piece.ends) return undefined;
    const data = new Map([...this.#forms].map(([type, pieces]) => [type, Buffer.concat(pieces)]));
    this.#forms = new Map();
    return { data, displayId: piece.displayId, isResult: piece.isResult };
  }
}

function checkedEnd(ended: CellEnded, sent: { STDOUT: number; STDERR: number }): CellEnd {
  const by = END_REASONS[ended.reason];
  if (by === undefined) throw new ProtocolViolation('an end without a reason');
  return {
    by,
    exitCode: within(ended.exitCode, 0, 255),
    signal: ended.signal === 0 ? undefined : within(ended.signal, 1, 64),
    error: ended.error && checkedError(ended.error),
    contextEnded: ended.contextEnded,
    stdoutBytes: total(ended.stdout, sent.STDOUT),
    stderrBytes: total(ended.stderr, sent.STDERR),
    droppedDisplays: within(ended.droppedDisplays),
    runMs: ended.runTime === undefined ? 0 : within(millisecondsOf(ended.runTime)),
    usage: usageOf(ended.usage),
    message: ended.message.slice(0, LINK_LIMITS.textLength),
  };
}

function checkedError({ name, message, frames }: CellError): ExecutionError {
  if (frames.length > MAX_FRAMES) throw new ProtocolViolation(`an error of ${frames.length} frames`);
  return {
    name: name.slice(0, MAX_NAME),
    message: message.slice(0, 8 * 1024),
    frames: frames.map((frame) => ({
      file: frame.file.slice(0, LINK_LIMITS.textLength),
      line: Math.max(0, frame.line),
      function: frame.function.slice(0, MAX_NAME),
      source: frame.source.slice(0, 512),
    })),
  };
}
