import { Command } from 'commander';
import { loadConfig } from '../../config.ts';
import { startIsol8 } from '../../main.ts';
import { createLog } from '../../telemetry/log.ts';

/** `isol8 serve`. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve gRPC calls on ISOL8_LISTEN (127.0.0.1:50051) until SIGTERM or SIGINT')
    .helpOption('-h, --help', 'show this help')
    .action(serve);
}

/**
 * Serves until it is told to stop: the first SIGTERM or SIGINT drains, a second one ends the process at once.
 *
 * @throws ConfigError or EngineError, a line for the operator each, when it cannot serve
 */
async function serve(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const stop = untilSignal();
  await using isol8 = await startIsol8(config, log);
  const { address, apiKey, keyIsNew } = isol8.server;
  if (keyIsNew)
    process.stdout.write(
      'ISOL8_API_KEY is not set; callers use this one until the server ends:\n' +
        `export ISOL8_ADDRESS=${address}\nexport ISOL8_API_KEY=${apiKey}\n`,
    );
  process.stdout.write(`isol8 listens on ${address}\n`);

  const signal = await stop;
  log.info({ signal }, `stopping: what runs may finish within ${config.drainTimeoutSeconds} s; once more ends it now`);
  await isol8.drain();
}

/** Resolves at the first signal. The second one ends the process. */
function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (told) process.exit(signal === 'SIGINT' ? 130 : 143);
      told = true;
      resolve(signal);
    });
  }
  return promise;
}
