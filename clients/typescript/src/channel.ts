import { ChannelCredentials, type ChannelOptions, Client } from '@grpc/grpc-js';
import { createChannel } from 'nice-grpc';
import { refuse } from './convert/value.ts';
import { InvalidRequestError } from './errors.ts';
import type { TlsOptions } from './options.ts';

const CHANNEL: ChannelOptions = {
  // A connection that died in silence is noticed, as the server notices a dead client.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // A name server could tell gRPC to send calls again: those that start code must not be.
  'grpc.service_config_disable_resolution': 1,
  // What listens and never answers is given up, which grpc-js alone would not do: nice-grpc reads this as that limit.
  'grpc.min_reconnect_backoff_ms': 10_000,
  // A server that was started again is found soon.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
};

/** A channel to a server. Nothing is sent before the first call. */
export function openChannel(address: string, tls: boolean | TlsOptions | undefined): Client {
  const { target, secure } = parse(address);
  if (secure === false && tls) refuse('tls', `cannot be together with the address ${address}, which says plaintext`);
  const credentials = secure || tls ? tlsOf(typeof tls === 'object' ? tls : {}) : ChannelCredentials.createInsecure();
  return new Client(target, credentials, { channelOverride: createChannel(target, credentials, CHANNEL) });
}

/** What gRPC calls an address, and whether that says anything about TLS. */
function parse(address: string): { target: string; secure: boolean | undefined } {
  const socket = /^unix:(?:\/\/)?(\/.+)$/.exec(address)?.[1];
  if (socket !== undefined) return { target: `unix://${socket}`, secure: undefined };
  if (/^https?:\/\//.test(address)) {
    const url = URL.canParse(address) ? new URL(address) : refuseAddress(address);
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') refuseAddress(address);
    const secure = url.protocol === 'https:';
    return { target: `${url.hostname}:${url.port || (secure ? 443 : 80)}`, secure };
  }
  if (!/^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):\d{1,5}$/.test(address)) refuseAddress(address);
  return { target: address, secure: undefined };
}

function refuseAddress(address: string): never {
  refuse(
    'address',
    `must be host:port, unix:/path, http://host:port or https://host:port, and is ${JSON.stringify(address)}`,
  );
}

function tlsOf({ ca, cert, key }: TlsOptions): ChannelCredentials {
  if ((cert === undefined) !== (key === undefined)) refuse('tls', 'must have both `cert` and `key`, or neither');
  try {
    return ChannelCredentials.createSsl(pem('ca', ca), pem('key', key), pem('cert', cert));
  } catch (cause) {
    if (cause instanceof InvalidRequestError) throw cause;
    refuse('tls', `cannot be used: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function pem(name: keyof TlsOptions, content: string | Uint8Array | undefined): Buffer | null {
  if (content === undefined) return null;
  const bytes = Buffer.from(content as Uint8Array);
  // OpenSSL takes anything for an authority, and trusts nobody then.
  if (!bytes.includes('-----BEGIN ')) refuse(`tls.${name}`, 'must be PEM: the content of the file, not its path');
  return bytes;
}
