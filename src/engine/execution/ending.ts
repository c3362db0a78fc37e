import { showBytes } from '../../lib/bytes.ts';
import { known } from '../../lib/known.ts';
import type { RunUsage } from '../guest/figures.ts';
import type { EffectivePolicy, ExecutionResult, Outcome, Phase, StreamStats, Usage } from '../types.ts';

/** What a part of an execution knows of its result. */
export type Ending = Omit<
  ExecutionResult,
  'executionId' | 'sessionId' | 'timings' | 'effectivePolicy' | 'policyDigest' | 'missingOutputPaths'
>;

const NO_OUTPUT: StreamStats = { totalBytes: 0, droppedBytes: 0, truncated: false };

/** What was measured, without the peaks where they may be somebody else's. */
export function usageOf(measured: RunUsage | undefined, isAlone: boolean): Usage {
  const peaks = isAlone ? measured : undefined;
  return known({
    cpuUserMs: measured?.cpuUserMs,
    cpuSystemMs: measured?.cpuSystemMs,
    oomKills: measured?.oomKills,
    peakMemoryBytes: peaks?.peakMemoryBytes,
    peakProcesses: peaks?.peakProcesses,
  });
}

/** An ending without output. */
export function ended(outcome: Outcome, phase: Phase, message: string): Ending {
  return { outcome, phase, message, stdoutStats: NO_OUTPUT, stderrStats: NO_OUTPUT, usage: {} };
}

/** Which limit an execution ran into, for people; '' where it was none. */
export function limitText(outcome: Outcome, { limits }: EffectivePolicy): string {
  switch (outcome) {
    case 'TIMED_OUT':
      return `its time was up: policy.limits.timeout is ${limits.timeoutMs / 1000} s`;
    case 'OUT_OF_MEMORY':
      return `it needed more memory than there is: policy.limits.memory_bytes is ${showBytes(limits.memoryBytes)}`;
    case 'OUTPUT_LIMIT_EXCEEDED':
      return `it wrote more than it may: policy.limits.output_bytes is ${showBytes(limits.outputBytes)}`;
    default:
      return '';
  }
}
