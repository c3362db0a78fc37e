import { CELL_GRACE_MS, GUEST_ANSWER_TIMEOUT_MS, SESSION_GRACE_MS } from '../constants.ts';
import type { CellAnswer, CellEnd, CellOrder } from '../guest/cell.ts';
import type { StartFailure } from '../guest/figures.ts';
import { LinkLost, ProtocolViolation } from '../guest/violation.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { OutputStream } from '../types.ts';

/** SIGINT interrupts a cell and leaves its context as it is. */
const INTERRUPT = 2;

/** One cell, seen from the host. */
export interface CellPhase {
  readonly order: CellOrder;
  /** Takes output; resolves when there is room for more. */
  readonly onOutput: (stream: OutputStream, data: Uint8Array) => Promise<void>;
  readonly onDisplay: (display: Extract<CellAnswer, { kind: 'display' }>['display']) => Promise<void>;
  /** Called when the cell must end now: from then on nothing waits for the reader. */
  readonly onEnding: () => void;
  /** Cancels. */
  readonly signal: AbortSignal;
}

/** How it went. */
export interface CellReport {
  /** Unset when the guest was lost, or the cell not started. */
  readonly end: CellEnd | undefined;
  /** Whether its interpreter had booted before it was asked for; unset when it did not start. */
  readonly isHot: boolean | undefined;
  readonly startFailure: { readonly reason: StartFailure; readonly message: string } | undefined;
  /** Why the guest was lost. */
  readonly lost: Error | undefined;
  readonly endedByHost: 'CANCELLED' | 'TIMED_OUT' | undefined;
}

/**
 * Runs a cell to its end. What has to end is interrupted, so that the context lives on; where that does not help, the guest
 * ends the context, and where the guest does not, the host gives up the link.
 */
export async function cellPhase({ guest }: Sandbox, phase: CellPhase): Promise<CellReport> {
  const { order } = phase;
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, what: () => void) => timers.add(setTimeout(what, ms));
  const giveUp = (why: string) => guest.connection.fail(new LinkLost(why));
  let endedByHost: CellReport['endedByHost'];
  const endNow = (cause: 'CANCELLED' | 'TIMED_OUT') => {
    if (endedByHost !== undefined) return;
    endedByHost = cause;
    phase.onEnding();
    guest.signal(order.runId, INTERRUPT).catch(() => {});
    after(CELL_GRACE_MS, () => guest.endContext(order.context).catch(() => {}));
    after(CELL_GRACE_MS + SESSION_GRACE_MS, () => giveUp('the guest did not end a context in time'));
  };
  const onAbort = () => endNow('CANCELLED');
  let end: CellEnd | undefined;
  let isHot: boolean | undefined;
  let startFailure: CellReport['startFailure'];
  let lost: Error | undefined;
  try {
    if (phase.signal.aborted) return { end, isHot, startFailure, lost, endedByHost: 'CANCELLED' };
    // The guest's clock starts after this, however late it is heard that the cell began.
    const asked = performance.now();
    const call = guest.cell(order);
    phase.signal.addEventListener('abort', onAbort, { once: true });
    void guest.connection.lost.then(phase.onEnding);
    for await (const answer of call.answers) {
      if (answer.kind === 'started') {
        isHot = answer.isHot;
        after(order.timeoutMs + 2 * CELL_GRACE_MS, () => endNow('TIMED_OUT'));
      } else if (answer.kind === 'output') await phase.onOutput(answer.stream, answer.data);
      else if (answer.kind === 'display') await phase.onDisplay(answer.display);
      else if (answer.kind === 'ended') end = checkedEnd(answer.end, performance.now() - asked, order);
      else startFailure = { reason: answer.failure, message: answer.message };
      if (end !== undefined || startFailure !== undefined) {
        after(GUEST_ANSWER_TIMEOUT_MS, () => giveUp('the guest did not close its answers in time'));
      }
    }
  } catch (error) {
    lost = error instanceof Error ? error : new LinkLost(String(error));
    guest.connection.fail(lost);
    end = startFailure = undefined;
  } finally {
    phase.signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
  return { end, isHot, startFailure, lost, endedByHost };
}

/**
 * An end as the host can believe it: nothing that its own clock or counts contradict.
 *
 * @throws ProtocolViolation
 */
function checkedEnd(end: CellEnd, elapsedMs: number, order: CellOrder): CellEnd {
  // A hundredth for two clocks that do not run alike.
  if (end.by === 'TIMEOUT' && elapsedMs < order.timeoutMs * 0.99 - 5) {
    throw new ProtocolViolation('timed out before its time');
  }
  const written = Math.max(end.stdoutBytes, end.stderrBytes);
  if (end.by === 'OUTPUT_LIMIT' && !(order.killOnOutputLimit && written > order.outputBytes)) {
    throw new ProtocolViolation('ended at an output limit that was not reached');
  }
  return { ...end, runMs: Math.min(end.runMs, elapsedMs + 5) };
}
