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
import { MAX_FIELDS } from './field-count.ts';
import { requireKey } from './key.ts';

/** A ping on a connection that says nothing keeps proxies and NATs from forgetting a long, quiet call. */
const KEEPALIVE_INTERVAL_MS = 60_000;
/** A peer that does not answer a ping for this long is gone; its calls are cancelled. */
const KEEPALIVE_TIMEOUT_MS = 20_000;
/** Calls on one connection beside executions: health, cancelling, reflection. */
const SPARE_STREAMS = 64;

/** More than passes between grpc-js noting the deadline of a call and our first look at it. */
const CLOCK_STEP_MS = 60_000;

/** What the transport needs to know. */
export interface TransportSettings {
  readonly maxRequestBytes: number;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

/** The options of grpc-js. */
export function transportOptions(settings: TransportSettings, apiKey: string, log: Logger): ServerOptions {
  return {
    'grpc.max_receive_message_length': settings.maxRequestBytes,
    // Bounded by the engine: a message of a stream is an event, a unary answer is cut to 4 MiB.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': settings.maxConcurrent + settings.maxQueued + SPARE_STREAMS,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    // Counts that every call pays for, and nobody can ask for here.
    'grpc.enable_channelz': 0,
    interceptors: [ownRefusals(settings.maxRequestBytes, log), requireKey(apiKey, log)],
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
    const begun = Date.now();
    call.sendStatus = (status: PartialStatus) => {
      // grpc-js cuts a deadline to 32 bits of milliseconds, so that one of 25 to 49 days has passed long ago. None of
      // our calls lasts a day, and the client has the same deadline: this server needs none.
      if (status.code === Status.DEADLINE_EXCEEDED && Number(call.getDeadline()) < begun - CLOCK_STEP_MS) return;
      const refusal = explain(status, maxRequestBytes);
      if (refusal === undefined) return send(status);
      const wire = toWireError(refusal.error, refusal.code);
      const metadata = new Metadata();
      metadata.set(DETAILS_TRAILER, Buffer.from(wire.details));
      const { reason } = refusal.error;
      log.info({ method: method.path, code: Status[wire.code], reason }, 'call refused by the transport');
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
    const must = `it must be a message of this call, with UTF-8 in its strings and at most ${MAX_FIELDS} fields`;
    return refused(`the request cannot be read: ${must}`);
  }
  if (code === Status.INTERNAL && /^Invalid grpc-timeout/.test(details)) {
    return refused('the header grpc-timeout must be 1 to 8 digits and one of H, M, S, m, u, n');
  }
  if (code === Status.UNIMPLEMENTED && /request message/.test(details)) {
    return refused('the call takes exactly one request message');
  }
  if (code === Status.UNIMPLEMENTED && /unsupported encoding/.test(details)) {
    const message = 'the encoding of the request is not known: use gzip, deflate or identity';
    return { error: new EngineError('NOT_IMPLEMENTED', message) };
  }
  return undefined;
}

function refused(message: string): { error: EngineError } {
  return { error: new EngineError('INVALID_FIELD', message) };
}
