import type { Result } from '../result.ts';
import type { ExecutionEvent } from '../types/event.ts';
import { exitCodeOf } from './result.ts';
import type { StreamEvent } from './types.ts';

/** Events in the reference's shape; `exit` is the last, and comes once. */
export async function* toStreamEvents(
  events: AsyncIterable<ExecutionEvent>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let phase: StreamEvent['phase'] = 'code';
  for await (const event of events) {
    if (event.type === 'phase') {
      phase = event.phase === 'SETUP' ? 'setup' : 'code';
    } else if (event.type === 'stdout' || event.type === 'stderr') {
      yield { type: event.type, data: event.data, phase };
    } else if (event.type === 'exit') {
      const exitCode = exitCodeOf(event.result);
      const error = errorOf(event.result, exitCode);
      if (error !== undefined) yield { type: 'error', data: error, phase };
      yield { type: 'exit', data: String(exitCode), phase };
    }
  }
}

/** What an execution that was ended says; nothing where the program itself ended. */
function errorOf({ outcome, phase, message }: Result, exitCode: number): string | undefined {
  if (outcome === 'EXITED' || outcome === 'SIGNALED') return undefined;
  if (outcome === 'TIMED_OUT') return 'EXECUTION TIMED OUT';
  if (outcome === 'SETUP_FAILED' && phase === 'SETUP') return `Setup script failed (exit code ${exitCode})`;
  return message === '' ? outcome : `${outcome}: ${message}`;
}
