import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Metadata, ServerInterceptingCall, type ServerInterceptor, status as Status } from '@grpc/grpc-js';
import { EngineError } from '../engine/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { DETAILS_TRAILER, toWireError } from './errors.ts';

type RefusableCall = Pick<ServerInterceptingCall, 'sendStatus' | 'getPeer'>;

/** How long a wrong key waits for its answer. */
const FAILURE_DELAY_MS = 250;
/** How many wrong keys wait at once; more are refused at once, so that they cannot pile up. A right key never waits. */
const MAX_DELAYED = 256;

/**
 * Lets only calls with `authorization: Bearer <key>` through, before anything of their request is read: unpacking one
 * takes many times its size, which nobody without a key may make the server do. Health is open, because probes have no
 * keys; so is reflection, which tells nothing but the public contract, so that `grpcurl list` works.
 */
export function requireKey(apiKey: string, log: Logger): ServerInterceptor {
  const expected = digest(apiKey);
  let delayed = 0;

  const refuse = async (path: string, call: RefusableCall, error: EngineError) => {
    const start = performance.now();
    if (delayed < MAX_DELAYED) {
      delayed += 1;
      await sleep(FAILURE_DELAY_MS);
      delayed -= 1;
    }
    const { code, message, details } = toWireError(error);
    const metadata = new Metadata();
    metadata.set(DETAILS_TRAILER, Buffer.from(details));
    call.sendStatus({ code: code as number, details: message, metadata });
    const durationMs = Math.round((performance.now() - start) * 10) / 10;
    log.info({ method: path, code: Status[code], reason: error.reason, durationMs, peer: call.getPeer() }, 'call');
  };

  return ({ path }, call) => {
    if (path.startsWith('/grpc.')) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, proceed) {
            const given = /^Bearer +(\S+)$/i.exec(String(metadata.get('authorization')[0] ?? ''))?.[1];
            if (given !== undefined && timingSafeEqual(digest(given), expected)) return proceed(metadata);
            const error =
              given === undefined
                ? new EngineError(
                    'API_KEY_MISSING',
                    'the call carries no API key: send it as `authorization: Bearer <key>`',
                  )
                : new EngineError(
                    'API_KEY_INVALID',
                    'the API key is not valid: send the one that the server has in ISOL8_API_KEY, or printed when it started',
                  );
            void refuse(path, call, error);
          },
        }),
    });
  };
}

/** Digests have one length, so that comparing them tells nothing about the key, not even how long it is. */
function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
