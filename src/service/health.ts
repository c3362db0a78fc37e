import { setTimeout as sleep } from 'node:timers/promises';
import { type CallContext, ServerError, type ServiceImplementation, Status } from 'nice-grpc';
import {
  Health,
  type HealthCheckRequest,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../gen/grpc/health/v1/health_pb.ts';
import { isAbortError } from '../lib/abort.ts';
import { type Definition, definitionOf } from './definition.ts';

/** How often a watcher looks whether something changed. */
const WATCH_INTERVAL_MS = 500;

/** `grpc.health.v1`. */
export const healthDefinition = definitionOf(Health);

/**
 * Answers for the server as a whole ('') and for each service: SERVING only when `isServing` says so.
 *
 * @param stopping aborted when the server begins to stop: watchers hear it at once
 */
export function createHealth(
  services: readonly string[],
  isServing: () => boolean,
  stopping: AbortSignal,
): ServiceImplementation<Definition<typeof Health>> {
  const known = new Set(['', ...services]);
  const status = ({ service }: HealthCheckRequest) => {
    if (!known.has(service)) return ServingStatus.SERVICE_UNKNOWN;
    return isServing() && !stopping.aborted ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  };

  return {
    async check(request) {
      const now = status(request);
      if (now === ServingStatus.SERVICE_UNKNOWN) throw new ServerError(Status.NOT_FOUND, 'no such service');
      return { status: now };
    },

    async *watch(request, { signal }: CallContext) {
      let last: ServingStatus | undefined;
      while (true) {
        const now = status(request);
        if (now !== last) yield { status: now };
        last = now;
        if (signal.aborted) return;
        await pause(signal);
      }
    },

    async list() {
      return {
        statuses: Object.fromEntries(
          [...known].map((service) => [service, { status: status({ service } as HealthCheckRequest) }]),
        ),
      };
    },
  };
}

/** Ends early when the call ends or the server stops, so that the last change is still told. */
async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(WATCH_INTERVAL_MS, undefined, { signal });
  } catch (error) {
    if (!isAbortError(error)) throw error;
  }
}
