import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { type Config, ConfigError } from '../config.ts';
import { socketPath } from './socket.ts';

type Settings = Pick<Config, 'listen' | 'apiKey' | 'tlsCertFile' | 'tlsKeyFile' | 'allowPlaintext'>;

/** How the server will listen. */
export interface Listening {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  readonly credentials: ServerCredentials;
  /** What callers must send. */
  readonly apiKey: string;
  /** Whether the key was made for this run, so that somebody must be told. */
  readonly keyIsNew: boolean;
}

/**
 * Decides how to listen. Nothing but loopback and Unix sockets is served without a key that the operator chose, nor in
 * plaintext unless he says that somebody else does TLS: keys and code would cross the network readable.
 *
 * @throws ConfigError with the settings to change
 */
export function decideListening(config: Settings): Listening {
  const local = isLocal(config.listen);
  const tls = config.tlsCertFile !== undefined && config.tlsKeyFile !== undefined;
  checkFolder(config.listen);
  if (!local && config.apiKey === undefined) {
    throw new ConfigError(`ISOL8_API_KEY: must be set to listen on ${config.listen}, which others can reach`);
  }
  if (!local && !tls && !config.allowPlaintext) {
    throw new ConfigError(
      `ISOL8_LISTEN: ${config.listen} can be reached by others and needs TLS: set ISOL8_TLS_CERT_FILE and ` +
        'ISOL8_TLS_KEY_FILE, or ISOL8_ALLOW_PLAINTEXT=1 when something in front of it does TLS',
    );
  }
  return {
    address: config.listen,
    credentials: tls
      ? ServerCredentials.createSsl(null, [
          {
            cert_chain: readFileSync(config.tlsCertFile),
            private_key: readFileSync(config.tlsKeyFile),
          },
        ])
      : ServerCredentials.createInsecure(),
    apiKey: config.apiKey ?? randomBytes(24).toString('base64url'),
    keyIsNew: config.apiKey === undefined,
  };
}

function isLocal(address: string): boolean {
  if (socketPath(address) !== undefined) return true;
  const host = address.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

/** Binding to a socket in a folder that does not exist fails as if it were not allowed. */
function checkFolder(address: string): void {
  const path = socketPath(address);
  if (path === undefined || statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) return;
  throw new ConfigError(`ISOL8_LISTEN: ${address} is in ${dirname(path)}, which is not a directory: make it first`);
}

/** Says in one line why an address could not be bound, and what to do. */
export function bindError(address: string, error: unknown): ConfigError {
  const text = error instanceof Error ? error.message : String(error);
  const why = text.includes('EADDRINUSE')
    ? `is in use: stop what listens there, or choose another address`
    : text.includes('EACCES')
      ? `must not be bound by this user: choose ${socketPath(address) === undefined ? 'a port above 1023' : 'another path'}`
      : text.includes('EADDRNOTAVAIL')
        ? 'is no address of this machine'
        : `cannot be bound: ${text}`;
  return new ConfigError(`ISOL8_LISTEN: ${address} ${why}`);
}
