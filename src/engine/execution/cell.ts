import { known } from '../../lib/known.ts';
import type { CellEnd } from '../guest/cell.ts';
import type { Lease } from '../pool/pool.ts';
import type { Mask } from '../secrets/mask.ts';
import type { StreamStats, Timings } from '../types.ts';
import { type CellReport, cellPhase } from './cell-phase.ts';
import { maskDisplay, maskError } from './cell-text.ts';
import { type Ending, ended, usageOf } from './ending.ts';
import type { RunningExecution } from './execution.ts';
import { cellOrder, type ExecutionPlan } from './orders.ts';
import { outcomeOf } from './outcome.ts';
import { OutputCollector } from './output.ts';

/** What a cell came to. */
interface CellResult {
  /** Unset when the guest was lost, for `lost`. */
  readonly ending: Ending | undefined;
  readonly lost: Error | undefined;
  readonly stats: { readonly stdoutStats: StreamStats; readonly stderrStats: StreamStats };
  readonly marks: Partial<Timings>;
}

/** Runs the code of an execution in a context of its session. */
export async function runCell(
  plan: ExecutionPlan,
  execution: RunningExecution,
  lease: Lease,
  context: string,
  timeoutMs: number,
  hot: boolean,
): Promise<CellResult> {
  const { mask, session } = plan;
  const order = { ...cellOrder(plan, lease, context, hot), runId: `${execution.id}/RUN`, timeoutMs };
  execution.signaller = (signal) => lease.sandbox.guest.signal(order.runId, signal);
  void execution.emit({ kind: 'phase', phase: 'RUN' });
  const output = new OutputCollector((event) => execution.offer(event), mask);
  const begun = performance.now();
  const { end, isHot, startFailure, lost, endedByHost } = await cellPhase(lease.sandbox, {
    order,
    onOutput: (stream, data) => output.take(stream, data),
    onDisplay: (display) => execution.emit({ kind: 'display', display: maskDisplay({ ...display, context }, mask) }),
    onEnding: () => execution.release(),
    signal: execution.signal,
  });
  const runMs = end?.runMs ?? performance.now() - begun;
  if (startFailure === undefined) session?.noteContext(context, end !== undefined && !end.contextEnded);
  const whole = end?.by === 'PROGRAM';
  const stats = {
    stdoutStats: await output.end('STDOUT', end?.stdoutBytes, whole),
    stderrStats: await output.end('STDERR', end?.stderrBytes, whole),
  };
  if (end === undefined && endedByHost !== undefined) await lease.clear();
  return {
    ending: endingOf(end, endedByHost, startFailure?.message, mask),
    lost,
    stats,
    marks: known({
      runMs,
      firstOutputMs: output.firstAt === undefined ? undefined : output.firstAt - begun,
      interpreter: isHot === undefined ? undefined : isHot ? ('HOT' as const) : ('COLD' as const),
    }),
  };
}

function endingOf(
  end: CellEnd | undefined,
  endedByHost: CellReport['endedByHost'],
  startFailure: string | undefined,
  mask: Mask,
): Ending | undefined {
  if (startFailure !== undefined) return ended('SETUP_FAILED', 'PREPARE', startFailure);
  if (end === undefined && endedByHost === undefined) return undefined;
  // What it was interrupted for comes before what the code made of that.
  const by = end?.by === 'PROGRAM' && endedByHost !== undefined ? 'KILLED' : end?.by;
  // Nobody kills a cell but who resets its context.
  const cause = endedByHost ?? (by === 'KILLED' ? 'CANCELLED' : undefined);
  const outcome = outcomeOf({ end: by && { by, signal: end?.signal }, endedByHost: cause, oom: false });
  return {
    ...ended(outcome, 'RUN', end?.message ?? ''),
    ...known({
      exitCode: outcome === 'EXITED' ? end?.exitCode : undefined,
      signal: end?.signal,
      error: end?.error && maskError(end.error, mask),
    }),
    contextEnded: end?.contextEnded ?? true,
    droppedDisplays: end?.droppedDisplays ?? 0,
    usage: usageOf(end?.usage, false),
  };
}
