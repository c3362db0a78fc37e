import type { ServerMiddleware } from 'nice-grpc';

/**
 * Ends the calls that would never end by themselves when the server stops: an open Health.Watch, a reflection stream.
 * A graceful shutdown waits for every call, for ever. Executions are the engine's to end.
 *
 * @param stopping aborted when the server begins to stop
 */
export function draining(stopping: AbortSignal): ServerMiddleware {
  return async function* drainingMiddleware(call, context) {
    const endless = call.method.path.startsWith('/grpc.');
    const signal = endless ? AbortSignal.any([context.signal, stopping]) : context.signal;
    return yield* call.next(call.request, { ...context, signal });
  };
}
