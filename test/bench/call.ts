import { ClientError, Status } from 'nice-grpc';
import { type ExecuteResponse, InterpreterStart, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { fromDuration } from '../../src/service/convert/duration.ts';
import type { Isol8Client } from '../support/client.ts';
import type { Request } from '../support/collect.ts';
import { nameIn } from '../support/name-in.ts';
import { ANSWER, type OneLiner } from './programs.ts';
import type { Sample } from './series.ts';

/** No call of a benchmark takes longer; one that does has failed. */
const CALL_TIMEOUT_MS = 120_000;

/** One Execute as its caller saw it. */
export interface Call {
  /** From before the request was made until the answer was there. */
  readonly wallMs: number;
  /** Undefined when the call was refused or broken. */
  readonly answer: ExecuteResponse | undefined;
  /** Why it does not count; undefined when the program did what it should. */
  readonly failure: string | undefined;
  /** What the server said when the contract has it and this version does not. */
  readonly notBuilt: string | undefined;
}

/** A request of a one-line program. */
export function requestOf({ runtime, code }: OneLiner, policy?: Request['policy']): Request {
  const source = { case: 'code' as const, value: code };
  return { runtime: runtime.name, source, ...(policy === undefined ? {} : { policy }) };
}

/** Calls Execute; never rejects but when the whole run is ended. A good answer exits with 0 and says 42. */
export async function execute(isol8: Isol8Client, request: Request, signal: AbortSignal): Promise<Call> {
  const begun = performance.now();
  try {
    const answer = await isol8.execute(request, { signal: deadline(signal) });
    const wallMs = performance.now() - begun;
    return { wallMs, answer, failure: failureOf(answer), notBuilt: undefined };
  } catch (error) {
    signal.throwIfAborted();
    const notBuilt = error instanceof ClientError && error.code === Status.UNIMPLEMENTED ? error.details : undefined;
    return { wallMs: performance.now() - begun, answer: undefined, failure: messageOf(error), notBuilt };
  }
}

/** The wall time of a call, and where its sandbox came from. */
export function sampleOf(call: Call): Sample {
  if (call.failure !== undefined) return { failure: call.failure };
  return { value: call.wallMs, how: originOf(call.answer) };
}

/** Where an execution's sandbox and interpreter came from, as the server says. */
export function originOf(answer: ExecuteResponse | undefined): string {
  const { sandbox = SandboxOrigin.UNSPECIFIED, interpreter = InterpreterStart.UNSPECIFIED } = answer?.timings ?? {};
  const names = [
    sandbox === SandboxOrigin.UNSPECIFIED ? '' : nameIn(SandboxOrigin, sandbox),
    interpreter === InterpreterStart.UNSPECIFIED ? '' : `interpreter ${nameIn(InterpreterStart, interpreter)}`,
  ].filter((name) => name !== '');
  return names.length === 0 ? 'origin not told by the server' : names.join(', ').toLowerCase();
}

/** A duration of the wire in milliseconds; 0 when it is unset. */
export function milliseconds(duration: Parameters<typeof fromDuration>[0] | undefined): number {
  return duration === undefined ? 0 : (fromDuration(duration) ?? 0);
}

/** The signal of one call: that of the run, and a time limit. */
export function deadline(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
}

/** An error in one line. */
export function messageOf(error: unknown): string {
  // What came first says more than what came of it while things were put away.
  if (error instanceof SuppressedError) return `${messageOf(error.suppressed)}; then ${messageOf(error.error)}`;
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}

function failureOf({ outcome, exitCode, stdout, message }: ExecuteResponse): string | undefined {
  if (outcome === Outcome.EXITED && exitCode === 0 && stdout === ANSWER) return undefined;
  return `${nameIn(Outcome, outcome)} ${exitCode ?? ''} ${message} ${JSON.stringify(stdout.slice(0, 80))}`.replace(
    / +/g,
    ' ',
  );
}
