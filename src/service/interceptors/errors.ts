import { ServerError, type ServerMiddleware } from 'nice-grpc';
import { EngineError } from '../../engine/errors.ts';
import { isAbortError } from '../../lib/abort.ts';
import type { Logger } from '../../telemetry/log.ts';
import { DETAILS_TRAILER, toWireError } from '../errors.ts';
import type { Noted } from './context.ts';

/**
 * Turns what a call threw into a gRPC status with its details. What is not an EngineError is a fault of ours: the
 * caller gets a fixed text, the log the cause.
 */
export function errors(log: Logger): ServerMiddleware<object, Noted> {
  return async function* errorsMiddleware(call, context) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      if (error instanceof ServerError || isAbortError(error)) throw error;
      if (!(error instanceof EngineError) || error.reason === 'INTERNAL') {
        log.error({ err: error, method: call.method.path }, 'a call failed through a fault of the server');
      } else if (error.cause !== undefined) {
        // Its own text may quote what the caller sent: a path, say. What lies under it is ours.
        log.warn({ reason: error.reason, err: error.cause, method: call.method.path }, 'a call was refused');
      }
      const told = known(error);
      context.notes.reason = told.reason;
      const wire = toWireError(told);
      context.trailer.set(DETAILS_TRAILER, wire.details);
      throw new ServerError(wire.code, wire.message);
    }
  };
}

function known(error: unknown): EngineError {
  if (error instanceof EngineError && error.reason !== 'INTERNAL') return error;
  return new EngineError('INTERNAL', 'a fault of the server; its log has the cause');
}
