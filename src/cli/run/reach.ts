import { Isol8 } from '../../../clients/typescript/src/index.ts';
import { ConfigError, variable } from '../../config.ts';
import { startLocalServer } from '../../local.ts';
import type { RunOptions } from './options.ts';
import { readBytes } from './program.ts';

/** A client, and what it takes to have it. */
export interface Reached extends AsyncDisposable {
  readonly isol8: Isol8;
}

/**
 * Reaches the server that the options or the environment name, or starts one for this call.
 *
 * @throws ConfigError, or EngineError when Docker cannot be used
 */
export async function reach({ host, key, ca, sessionId }: RunOptions): Promise<Reached> {
  const address = host ?? variable('ISOL8_ADDRESS');
  if (address !== undefined) {
    const apiKey = key ?? variable('ISOL8_API_KEY');
    if (apiKey === undefined) throw new ConfigError('API key required: use --key, or set ISOL8_API_KEY');
    const isol8 = new Isol8({ address, apiKey, ...(ca !== undefined && { tls: { ca: readBytes(ca) } }) });
    return { isol8, [Symbol.asyncDispose]: async () => isol8.close() };
  }
  if (sessionId !== undefined) throw new ConfigError('--session-id: needs a server that stays: use --host');
  // Nothing is kept waiting for a call that does not come.
  const server = await startLocalServer({ ISOL8_POOL: 'none', ISOL8_POOL_MAX: '0' });
  const isol8 = new Isol8({ address: server.address, apiKey: server.apiKey });
  return {
    isol8,
    async [Symbol.asyncDispose]() {
      isol8.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
