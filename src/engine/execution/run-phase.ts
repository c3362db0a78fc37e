import {
  GUEST_ANSWER_TIMEOUT_MS,
  GUEST_GRACE_MS,
  RUN_DRAIN_TIMEOUT_MS,
  SESSION_GRACE_MS,
  UNTHROTTLE_AFTER_MS,
} from '../constants.ts';
import type { Stdin } from '../guest/client.ts';
import type { StartFailure } from '../guest/figures.ts';
import type { RunEnd, RunOrder } from '../guest/run.ts';
import { LinkLost, ProtocolViolation } from '../guest/violation.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { OutputStream } from '../types.ts';

/** One program in one sandbox, seen from the host. */
export interface RunPhase {
  readonly order: RunOrder;
  readonly stdin: Stdin;
  /** Takes output; resolves when there is room for more. */
  readonly onOutput: (stream: OutputStream, data: Uint8Array) => Promise<void>;
  /** Called when the run must end now: from then on nothing waits for the reader. */
  readonly onEnding: () => void;
  /** Cancels. */
  readonly signal: AbortSignal;
}

/** How it went. */
export interface RunReport {
  /** Unset when the guest was lost, or the program not started. */
  readonly end: RunEnd | undefined;
  /** Whether it ran in what had been booted ahead, and why not; unset when it did not start. */
  readonly started: { readonly hot: boolean; readonly coldReason: string } | undefined;
  /** Set when the program could not be started. */
  readonly startFailure: { readonly reason: StartFailure; readonly message: string } | undefined;
  /** Why the guest was lost. */
  readonly lost: Error | undefined;
  /** The first thing that made the host end it. */
  readonly endedByHost: 'CANCELLED' | 'TIMED_OUT' | undefined;
}

/**
 * Runs a program to its end. The guest keeps the time; the host keeps it too, and loses patience: it asks the guest to kill,
 * and when no answer comes in GUEST_GRACE_MS it gives the sandbox up, whose removal kills whatever is in it.
 */
export async function runPhase(sandbox: Sandbox, phase: RunPhase): Promise<RunReport> {
  const { guest } = sandbox;
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, what: () => void) => timers.add(setTimeout(what, ms));
  const giveUp = (why: string) => guest.connection.fail(new LinkLost(why));
  const graceMs = phase.order.shared ? SESSION_GRACE_MS : GUEST_GRACE_MS;
  let endedByHost: RunReport['endedByHost'];
  let killed = false;

  const endNow = (cause: 'CANCELLED' | 'TIMED_OUT') => {
    if (endedByHost !== undefined) return;
    endedByHost = cause;
    phase.onEnding();
    // In a session others live beside it.
    guest.kill(phase.order.shared ? phase.order.runId : '').then(
      () => {
        killed = true;
      },
      () => {},
    );
    after(UNTHROTTLE_AFTER_MS, () => killed || sandbox.unthrottle());
    after(graceMs, () => killed || giveUp('the guest did not kill in time'));
    after(RUN_DRAIN_TIMEOUT_MS, () => giveUp('the guest did not end its answers in time'));
  };
  const onAbort = () => endNow('CANCELLED');

  let end: RunEnd | undefined;
  let startFailure: RunReport['startFailure'];
  let lost: Error | undefined;
  let started: RunReport['started'];
  try {
    if (phase.signal.aborted) return { end, started, startFailure, lost, endedByHost: 'CANCELLED' };
    const begun = performance.now();
    const run = guest.run(phase.order, phase.stdin);
    phase.signal.addEventListener('abort', onAbort, { once: true });
    void guest.connection.lost.then(phase.onEnding);
    const late = setTimeout(() => giveUp('the program was not started in time'), GUEST_ANSWER_TIMEOUT_MS);
    timers.add(late);
    for await (const answer of run.answers) {
      if (answer.kind === 'started') {
        clearTimeout(late);
        started = answer;
        after(phase.order.timeoutMs + UNTHROTTLE_AFTER_MS, () => sandbox.unthrottle());
        after(phase.order.timeoutMs + GUEST_GRACE_MS / 2, () => endNow('TIMED_OUT'));
      } else if (answer.kind === 'output') {
        await phase.onOutput(answer.stream, answer.data);
      } else if (answer.kind === 'ended') {
        end = checkedEnd(answer.end, performance.now() - begun, phase.order.timeoutMs, endedByHost !== undefined);
      } else {
        startFailure = { reason: answer.failure, message: answer.message };
      }
      if (end !== undefined || startFailure !== undefined) {
        after(RUN_DRAIN_TIMEOUT_MS, () => giveUp('the guest did not close its answers in time'));
      }
    }
  } catch (error) {
    // Whatever broke, the guest cannot be asked any more, and the sandbox goes.
    lost = error instanceof Error ? error : new LinkLost(String(error));
    guest.connection.fail(lost);
    // What a guest that is not ours has said before is no better.
    if (lost instanceof ProtocolViolation) end = startFailure = undefined;
  } finally {
    phase.signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
  return { end, started, startFailure, lost, endedByHost };
}

/**
 * An end as the host can believe it: nothing that only the host can have caused, or that its own clock contradicts.
 *
 * @throws ProtocolViolation
 */
function checkedEnd(end: RunEnd, elapsedMs: number, timeoutMs: number, asked: boolean): RunEnd {
  if (end.by === 'KILLED' && !asked) throw new ProtocolViolation('killed, and nobody asked for it');
  // A hundredth for two clocks that do not run alike.
  if (end.by === 'TIMEOUT' && elapsedMs < timeoutMs * 0.99 - 1)
    throw new ProtocolViolation('timed out before its time');
  return { ...end, runMs: Math.min(end.runMs, elapsedMs) };
}
