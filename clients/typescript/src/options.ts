import { refuse } from './convert/value.ts';

/** How a client reaches its server. */
export interface ClientOptions {
  /**
   * `host:port`, `unix:/path`, `http://host:port` (plaintext) or `https://host:port` (TLS). ISOL8_ADDRESS when it is not
   * given, and without that `127.0.0.1:50051`.
   */
  readonly address?: string;
  /** Sent with every call; ISOL8_API_KEY when it is not given. */
  readonly apiKey?: string;
  /** TLS: `true` for certificates of known authorities, or files' contents. Plaintext when unset, unless `address` is https. */
  readonly tls?: boolean | TlsOptions;
  /** How long each call may take, in milliseconds, connecting included; as long as the server lets it when unset. */
  readonly deadlineMs?: number;
}

/** Certificates, as PEM. */
export interface TlsOptions {
  /** Who signed the server's certificate; the known authorities when unset. */
  readonly ca?: string | Uint8Array;
  /** This client's own certificate, for a server that asks for one. */
  readonly cert?: string | Uint8Array;
  /** Its key. */
  readonly key?: string | Uint8Array;
}

/** How one call is made. */
export interface CallOptions {
  /** Aborting it cancels the call, and the execution that it had started: CancelledError. */
  readonly signal?: AbortSignal;
  /** How long the call may take, in milliseconds: DeadlineExceededError. The client's when unset. */
  readonly deadlineMs?: number;
}

/** The most that a timer takes: 24 days. What is longer is no deadline. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A deadline that can pass; undefined where there is none. */
export function finiteDeadline(deadlineMs: number | undefined): number | undefined {
  if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs > 0)) {
    refuse('deadlineMs', 'must be a number of milliseconds above 0');
  }
  return deadlineMs === undefined || deadlineMs > MAX_TIMER_MS ? undefined : deadlineMs;
}

/** Takes the options of a call out of an object that has others too. */
export function split<T extends CallOptions>({
  signal,
  deadlineMs,
  ...rest
}: T): [CallOptions, Omit<T, keyof CallOptions>] {
  return [{ ...(signal && { signal }), ...(deadlineMs !== undefined && { deadlineMs }) }, rest];
}
