import type { RunEnd } from '../guest/run.ts';
import type { Outcome } from '../types.ts';

/** What the host knows when a run is over. */
export interface RunFacts {
  /** What the guest told; undefined when it was lost before. */
  readonly end: Pick<RunEnd, 'by' | 'signal'> | undefined;
  /** The first thing that made the host end the run; undefined when nothing did. */
  readonly endedByHost: 'CANCELLED' | 'TIMED_OUT' | undefined;
  /** With a lost guest: Docker told of a kill for memory. */
  readonly oom: boolean;
}

/** The one outcome of a run, from evidence, in the contract's order of precedence. */
export function outcomeOf({ end, endedByHost, oom }: RunFacts): Outcome {
  if (end === undefined) return endedByHost ?? (oom ? 'OUT_OF_MEMORY' : 'SANDBOX_LOST');
  switch (end.by) {
    case 'TIMEOUT':
      return 'TIMED_OUT';
    case 'OUTPUT_LIMIT':
      return 'OUTPUT_LIMIT_EXCEEDED';
    case 'KILLED':
      // Only the host can ask the guest to kill; a guest that says so unasked is not believed.
      return endedByHost ?? 'SANDBOX_LOST';
    case 'OUT_OF_MEMORY':
      return 'OUT_OF_MEMORY';
    case 'PROGRAM':
      return end.signal === undefined ? 'EXITED' : 'SIGNALED';
  }
}
