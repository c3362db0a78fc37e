import type { Command } from 'commander';
import { Isol8 } from '../../clients/typescript/src/index.ts';
import { ConfigError, variable } from '../config.ts';
import { startLocalServer } from '../local.ts';
import { readBytes } from './files.ts';

/** Where a server is, as options say it. */
export interface Reachable {
  readonly host?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** A client, and what it takes to have it. */
export interface Reached extends AsyncDisposable {
  readonly isol8: Isol8;
}

/** Gives a command the options that say where its server is. */
export function reachable(command: Command): Command {
  return command
    .option('--host <address>', 'the server: host:port, unix:/path or a URL; ISOL8_ADDRESS when it is not given')
    .option('--key <key>', 'its key; ISOL8_API_KEY when it is not given')
    .option('--ca <file>', 'PEM of what signs its certificate; TLS is used then')
    .helpOption('-h, --help', 'show this help');
}

/**
 * Reaches the server that the options or the environment name.
 *
 * @throws ConfigError
 */
export async function reachServer({ host, key, ca }: Reachable): Promise<Reached> {
  const address = host ?? variable('ISOL8_ADDRESS');
  if (address === undefined) throw new ConfigError('a server that stays is needed: use --host, or set ISOL8_ADDRESS');
  const apiKey = key ?? variable('ISOL8_API_KEY');
  if (apiKey === undefined) throw new ConfigError('API key required: use --key, or set ISOL8_API_KEY');
  const isol8 = new Isol8({ address, apiKey, ...(ca !== undefined && { tls: { ca: readBytes(ca) } }) });
  return { isol8, [Symbol.asyncDispose]: async () => isol8.close() };
}

/**
 * The same, or starts a server for this call where none is named.
 *
 * @throws ConfigError, or EngineError when Docker cannot be used
 */
export async function reachAny(options: Reachable): Promise<Reached> {
  if (options.host !== undefined || variable('ISOL8_ADDRESS') !== undefined) return await reachServer(options);
  if (options.key !== undefined || options.ca !== undefined) {
    throw new ConfigError('--key and --ca are for a server: say which with --host, or set ISOL8_ADDRESS');
  }
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
