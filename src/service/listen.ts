import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { type Config, ConfigError } from '../config.ts';

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
            cert_chain: readPem('ISOL8_TLS_CERT_FILE', config.tlsCertFile),
            private_key: readPem('ISOL8_TLS_KEY_FILE', config.tlsKeyFile),
          },
        ])
      : ServerCredentials.createInsecure(),
    apiKey: config.apiKey ?? randomBytes(24).toString('base64url'),
    keyIsNew: config.apiKey === undefined,
  };
}

function isLocal(address: string): boolean {
  if (address.startsWith('unix:')) return true;
  const host = /^(.*):\d{1,5}$/.exec(address)?.[1];
  if (host === undefined) throw new ConfigError(`ISOL8_LISTEN: ${address} is neither host:port nor unix:/path`);
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

function readPem(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${variable}: cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Says in one line why an address could not be bound, and what to do. */
export function bindError(address: string, error: unknown): ConfigError {
  const text = error instanceof Error ? error.message : String(error);
  const why = text.includes('EADDRINUSE')
    ? `is in use: stop what listens there, or choose another address`
    : text.includes('EACCES')
      ? 'must not be bound by this user: choose a port above 1023, or another path'
      : text.includes('EADDRNOTAVAIL')
        ? 'is no address of this machine'
        : `cannot be bound: ${text}`;
  return new ConfigError(`ISOL8_LISTEN: ${address} ${why}`);
}
