import type { Result } from '../../../clients/typescript/src/index.ts';
import { inOptions } from '../words.ts';

/** As timeout(1) has it. */
const TIMED_OUT = 124;

/** As a shell has it. */
const SIGNALED = 128;

/** What the process exits with: the program's own exit code, where it has one. */
export function exitCodeOf({ outcome, exitCode, signal }: Result): number {
  if (outcome === 'TIMED_OUT') return TIMED_OUT;
  if (outcome === 'EXITED' && exitCode !== undefined) return exitCode;
  if (outcome === 'SETUP_FAILED' && exitCode) return exitCode;
  return signal === undefined ? 1 : SIGNALED + signal;
}

/** What is to be said beside the program's own words: a line each. */
export function remarksOn(result: Result): string[] {
  const remarks: string[] = [];
  if (result.outcome !== 'EXITED') {
    // Where isol8 ended it, the signal says nothing.
    const signal = result.outcome === 'SIGNALED' ? `by signal ${result.signal}` : '';
    const why = inOptions(result.message) || signal;
    remarks.push(why === '' ? result.outcome : `${result.outcome}: ${why}`);
  }
  for (const name of ['stdout', 'stderr'] as const) {
    const { droppedBytes, truncated } = result[`${name}Stats`];
    if (truncated) remarks.push(`${name} was cut: ${droppedBytes} bytes are missing; --max-output sets the limit`);
  }
  for (const { path, reason } of result.missingOutputPaths) remarks.push(`--output ${path}: ${reason}`);
  return remarks;
}
