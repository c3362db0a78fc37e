import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerOptions,
  status as Status,
} from '@grpc/grpc-js';
import { EngineError } from '../engine/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { DETAILS_TRAILER, toWireError } from './errors.ts';

/** A ping on a connection that says nothing keeps proxies and NATs from forgetting a long, quiet call. */
const KEEPALIVE_INTERVAL_MS = 60_000;
/** A peer that does not answer a ping for this long is gone; its calls are cancelled. */
const KEEPALIVE_TIMEOUT_MS = 20_000;
/** Calls on one connection beside executions: health, cancelling, reflection. */
const SPARE_STREAMS = 64;

/** What the transport needs to know. */
export interface TransportSettings {
  readonly maxRequestBytes: number;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

/** The options of grpc-js. */
export function transportOptions(settings: TransportSettings, log: Logger): ServerOptions {
  return {
    'grpc.max_receive_message_length': settings.maxRequestBytes,
    // Bounded by the engine: a message of a stream is an event, a unary answer is cut to 4 MiB.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': settings.maxConcurrent + settings.maxQueued + SPARE_STREAMS,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    interceptors: [ownRefusals(settings.maxRequestBytes, log)],
  };
}

type PartialStatus = Parameters<ServerInterceptingCall['sendStatus']>[0];

/**
 * grpc-js refuses some calls by itself before any handler: a request that is too large or is no message, a deadline
 * that passed. Those statuses go straight to the wire, past its own interceptors; so the call's way to send them is
 * replaced by one that adds what every error of ours carries.
 */
function ownRefusals(maxRequestBytes: number, log: Logger): ServerInterceptor {
  return (method, call) => {
    const send = call.sendStatus.bind(call);
    call.sendStatus = (status: PartialStatus) => {
      const refusal = explain(status, maxRequestBytes);
      if (refusal === undefined) return send(status);
      const wire = toWireError(refusal.error, refusal.code);
      const metadata = new Metadata();
      metadata.set(DETAILS_TRAILER, Buffer.from(wire.details));
      log.info({ method: method.path, code: Status[wire.code] }, 'call refused by the transport');
      send({ code: wire.code as number, details: wire.message, metadata });
    };
    return new ServerInterceptingCall(call);
  };
}

function explain(status: PartialStatus, maxRequestBytes: number): { error: EngineError; code?: Status } | undefined {
  if (status.metadata?.get(DETAILS_TRAILER).length) return undefined;
  const { code, details = '' } = status;
  if (code === Status.RESOURCE_EXHAUSTED && /larger than/.test(details)) {
    const metadata = { max_request_bytes: String(maxRequestBytes) };
    const message = `the request is larger than the ${maxRequestBytes} bytes that this server takes`;
    return { error: new EngineError('REQUEST_TOO_LARGE', message, { metadata }) };
  }
  if (code === Status.DEADLINE_EXCEEDED) {
    return { error: new EngineError('CALL_ENDED', 'the deadline of the call passed'), code };
  }
  if (code === Status.INTERNAL && /deserializing|decompress/.test(details)) {
    return { error: new EngineError('INVALID_FIELD', 'the request is not a message of this call') };
  }
  return undefined;
}
