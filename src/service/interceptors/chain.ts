import type { Server } from 'nice-grpc';
import type { Grant } from '../../engine/types.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Caller, Noted } from './context.ts';
import { draining } from './draining.ts';
import { errors } from './errors.ts';
import { logging } from './logging.ts';
import { tenant } from './tenant.ts';

/** What the interceptors need. */
export interface ChainOptions {
  readonly log: Logger;
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal;
  /** What the key allows. */
  readonly grant: Grant | undefined;
}

/** The interceptors by name, outermost first. */
export function interceptors({ log, stopping, grant }: ChainOptions) {
  return [
    // Outermost, so that every call has a line, refused ones too, with the code that the caller sees.
    ['logging', logging(log)],
    // Inside logging, which reads the code; outside all that throws, or nice-grpc would answer UNKNOWN.
    ['errors', errors(log)],
    ['draining', draining(stopping)],
    // The key itself was looked at before the request was read: see key.ts.
    ['tenant', tenant(grant)],
  ] as const;
}

/** Puts the interceptors around every service that is added to the server afterwards. */
export function withInterceptors(server: Server, options: ChainOptions): Server<Noted & Caller> {
  const [[, first], [, second], [, third], [, last]] = interceptors(options);
  return server.use(first).use(second).use(third).use(last);
}
