import { ServerError, type ServerMiddleware, Status } from 'nice-grpc';
import { isAbortError } from '../../lib/abort.ts';
import type { Logger } from '../../telemetry/log.ts';
import { EXECUTION_ID_HEADER, type Noted } from './context.ts';

/**
 * Writes one line for each call: method, code, reason, execution, outcome, duration. Never what was sent or answered. Calls that
 * machines make all the time (health, reflection) are written at debug.
 */
export function logging(log: Logger): ServerMiddleware<Noted> {
  return async function* loggingMiddleware(call, context) {
    const start = performance.now();
    const notes: Noted['notes'] = {};
    let code: Status = Status.OK;
    try {
      return yield* call.next(call.request, { ...context, notes });
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      // A call that was cancelled while it waited returns early, without an error.
      if (code === Status.OK && context.signal.aborted) code = Status.CANCELLED;
      const level = call.method.path.startsWith('/grpc.') ? 'debug' : 'info';
      const line = {
        method: call.method.path,
        code: Status[code],
        ...notes,
        durationMs: Math.round((performance.now() - start) * 10) / 10,
        executionId: context.header.get(EXECUTION_ID_HEADER),
        peer: context.peer,
      };
      // After the answer, which does not wait for a disk.
      setImmediate(() => log[level](line, 'call'));
    }
  };
}

function codeOf(error: unknown): Status {
  if (error instanceof ServerError) return error.code;
  return isAbortError(error) ? Status.CANCELLED : Status.UNKNOWN;
}
