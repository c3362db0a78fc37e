import { ConfigError, loadConfig } from '../../config.ts';
import { EngineError } from '../../engine/errors.ts';
import { startIsol8 } from '../../main.ts';
import { createLog } from '../../telemetry/log.ts';

/**
 * Serves until it is told to stop: the first SIGTERM or SIGINT drains, a second one ends at once. What cannot be
 * repaired here is one line on standard error.
 *
 * @returns the exit code
 */
export async function serve(): Promise<number> {
  try {
    const config = loadConfig();
    const log = createLog(config.logLevel);
    const stop = untilSignal();
    await using isol8 = await startIsol8(config, log);
    const { address, apiKey, keyIsNew } = isol8.server;
    if (keyIsNew) process.stdout.write(`ISOL8_API_KEY is not set. The key of this run is: ${apiKey}\n`);
    process.stdout.write(`isol8 listens on ${address}\n`);

    const signal = await stop;
    log.info({ signal }, 'stopping: nothing new is started');
    await isol8.drain();
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof EngineError)) throw error;
    process.stderr.write(`isol8: ${error.message}\n`);
    return 1;
  }
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
