import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { createServer } from 'nice-grpc';
import { Health } from '../../gen/grpc/health/v1/health_pb.ts';
import { AdminService } from '../../gen/isol8/v1/admin_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import type { Config } from '../config.ts';
import type { Engine, Grant } from '../engine/types.ts';
import { within } from '../lib/time.ts';
import type { Logger } from '../telemetry/log.ts';
import { adminDefinition, createAdminService } from './admin-service.ts';
import { createHealth, healthDefinition } from './health.ts';
import { withInterceptors } from './interceptors/chain.ts';
import { createIsol8Service, isol8Definition } from './isol8-service.ts';
import { bindError, decideListening, type Listening } from './listen.ts';
import { createReflection, reflectionDefinitions } from './reflection.ts';
import { removeStaleSocket } from './socket.ts';
import { transportOptions } from './transport.ts';

/** Calls that still run when everything was drained get this long, then they are cut. */
const SHUTDOWN_GRACE_MS = 2_000;

// grpc-js writes to standard error what it also throws; what matters is thrown, and logged by us.
setLogVerbosity(logVerbosity.NONE);

/** A server that listens. Disposing of it stops it. */
export interface GrpcServer extends AsyncDisposable {
  /** Where: `host:port` with the port that was taken, or `unix:/path`. */
  readonly address: string;
  /** What callers must send. */
  readonly apiKey: string;
  /** Whether the key was made for this run. */
  readonly keyIsNew: boolean;
  /** Health says NOT_SERVING from now on; calls are still answered. */
  stopServing(): void;
}

/** What a server is told beside its settings. */
export interface ServerOptions {
  readonly listening?: Listening;
  /** What the key allows; all that the engine allows when unset. */
  readonly grant?: Grant | undefined;
}

/**
 * Listens. The engine stays its creator's to close.
 *
 * @throws ConfigError when the settings do not allow it, or the address is taken
 */
export async function startServer(
  config: Config,
  engine: Engine,
  log: Logger,
  { listening = decideListening(config), grant }: ServerOptions = {},
): Promise<GrpcServer> {
  const { address, credentials, apiKey, keyIsNew } = listening;
  const stopping = new AbortController();
  let serving = true;

  const server = withInterceptors(createServer(transportOptions(config, apiKey, log)), {
    log,
    stopping: stopping.signal,
    grant,
  });
  const services = [Isol8Service.typeName, AdminService.typeName];
  server.add(isol8Definition, createIsol8Service(engine));
  server.add(adminDefinition, createAdminService(engine));
  server.add(
    healthDefinition,
    createHealth(services, () => serving && engine.healthy, stopping.signal),
  );
  const reflection = createReflection([...services, Health.typeName]);
  for (const definition of reflectionDefinitions) server.add(definition, reflection);

  await removeStaleSocket(address);
  const port = await server.listen(address, credentials).catch((error: unknown) => {
    throw bindError(address, error);
  });

  return {
    address: address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${port}`),
    apiKey,
    keyIsNew,
    stopServing() {
      serving = false;
    },
    async [Symbol.asyncDispose]() {
      serving = false;
      stopping.abort();
      if (!(await within(SHUTDOWN_GRACE_MS, server.shutdown()))) server.forceShutdown();
    },
  };
}
