import type { Config } from './config.ts';
import { guestBinaryPath } from './engine/guest/binary.ts';
import { createEngine } from './engine/index.ts';
import { NO_OPERATOR } from './engine/policy/operator.ts';
import type { Engine } from './engine/types.ts';
import { Closers } from './lib/closers.ts';
import { loadPolicyFile } from './policy-file.ts';
import { decideListening } from './service/listen.ts';
import { type GrpcServer, startServer } from './service/server.ts';
import type { Logger } from './telemetry/log.ts';

/** A whole isol8 that listens. Disposing of it stops it at once. */
export interface Isol8 extends AsyncDisposable {
  readonly engine: Engine;
  readonly server: GrpcServer;
  /** Starts nothing new and resolves when nothing runs; what runs longer than the drain time-out is cancelled. */
  drain(): Promise<void>;
}

/**
 * The one place where things are wired: engine, then the service over it.
 *
 * @throws ConfigError, or EngineError when Docker cannot be used
 */
export async function startIsol8(config: Config, log: Logger): Promise<Isol8> {
  const closers = new Closers();
  try {
    const listening = decideListening(config);
    const operator = config.policyFile === '' ? NO_OPERATOR : loadPolicyFile(config.policyFile);
    const engine = await createEngine(config, operator, guestBinaryPath, log);
    closers.add('engine', () => engine[Symbol.asyncDispose]());
    const server = await startServer(config, engine, log, { listening, grant: operator.key });
    closers.add('server', () => server[Symbol.asyncDispose]());
    return {
      engine,
      server,
      async drain() {
        server.stopServing();
        await engine.drain(config.drainTimeoutSeconds * 1000);
      },
      [Symbol.asyncDispose]: () => closers[Symbol.asyncDispose](),
    };
  } catch (error) {
    await closers[Symbol.asyncDispose]().catch((failure: unknown) => log.warn({ err: failure }, 'cleaning up failed'));
    throw error;
  }
}
