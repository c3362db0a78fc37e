import type { Server, ServerMiddleware } from 'nice-grpc';
import type { Logger } from '../../telemetry/log.ts';
import { auth } from './auth.ts';
import type { Caller } from './context.ts';
import { draining } from './draining.ts';
import { errors } from './errors.ts';
import { logging } from './logging.ts';

/** What the interceptors need. */
export interface ChainOptions {
  readonly log: Logger;
  readonly apiKey: string;
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal;
}

/** The interceptors by name, outermost first. */
export function interceptors({ log, apiKey, stopping }: ChainOptions) {
  return [
    // Outermost, so that every call has a line, refused ones too, with the code that the caller sees.
    ['logging', logging(log)],
    // Inside logging, which reads the code; outside all that throws, or nice-grpc would answer UNKNOWN.
    ['errors', errors(log)],
    // Before auth, because it concerns health and reflection too.
    ['draining', draining(stopping)],
    // Innermost: nothing of a call is looked at before its key was.
    ['auth', auth(apiKey)],
  ] as const satisfies readonly (readonly [string, ServerMiddleware<Caller> | ServerMiddleware])[];
}

/** Puts the interceptors around every service that is added to the server afterwards. */
export function withInterceptors(server: Server, options: ChainOptions): Server<Caller> {
  const [[, first], [, second], [, third], [, last]] = interceptors(options);
  return server.use(first).use(second).use(third).use(last);
}
