import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerMiddleware } from 'nice-grpc';
import { EngineError } from '../../engine/errors.ts';
import type { Caller } from './context.ts';

/** How long a wrong key waits for its answer. */
const FAILURE_DELAY_MS = 250;
/** How many wrong keys wait at once; more are refused at once, so that they cannot pile up. A right key never waits. */
const MAX_DELAYED = 256;
/** There is one key, so there is one tenant. */
const TENANT = 'default';

/**
 * Lets only calls with `authorization: Bearer <key>` through and says whose they are. Health is open, because probes
 * have no keys; so is reflection, which tells nothing but the public contract, so that `grpcurl list` works.
 */
export function auth(apiKey: string): ServerMiddleware<Caller> {
  const expected = digest(apiKey);
  let delayed = 0;

  return async function* authMiddleware(call, context) {
    if (call.method.path.startsWith('/grpc.')) return yield* call.next(call.request, { ...context, tenant: '' });

    const given = /^Bearer +(\S+)$/i.exec(context.metadata.get('authorization') ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      return yield* call.next(call.request, { ...context, tenant: TENANT });
    }
    if (delayed < MAX_DELAYED) {
      delayed += 1;
      await sleep(FAILURE_DELAY_MS).finally(() => {
        delayed -= 1;
      });
    }
    throw given === undefined
      ? new EngineError('API_KEY_MISSING', 'the call carries no API key: send it as `authorization: Bearer <key>`')
      : new EngineError(
          'API_KEY_INVALID',
          'the API key is not valid: send the one that the server has in ISOL8_API_KEY, or printed when it started',
        );
  };
}

/** Digests have one length, so that comparing them tells nothing about the key, not even how long it is. */
function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
