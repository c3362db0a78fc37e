import { SESSION_IDLE_TIMEOUT_MS, SESSION_LIFETIME_MS } from '../constants.ts';
import { EngineError, type FieldViolation } from '../errors.ts';
import type { RunningExecution } from '../execution/execution.ts';
import { type Admitted, admit } from '../policy/admit.ts';
import { checkName, MAX_SESSION_ID } from '../policy/check-session.ts';
import { policyDigest } from '../policy/resolve.ts';
import type { PolicyRules } from '../policy/rules.ts';
import type { Lease } from '../pool/pool.ts';
import type { ExecutionRequest, SessionPlace } from '../types.ts';
import type { Found, SessionBook } from './sessions.ts';

/** An execution that is good, and the way to its sandbox. */
export interface Placed extends Admitted {
  readonly acquire: (execution: RunningExecution, signal: AbortSignal) => Promise<Lease>;
}

/**
 * Looks at an execution that asks for a session.
 *
 * @param found what is known to be wrong already
 * @throws EngineError SESSION_NOT_FOUND, and what `admit` throws
 */
export function placeInSession(
  book: SessionBook,
  request: ExecutionRequest,
  place: SessionPlace,
  rules: PolicyRules,
  found: readonly FieldViolation[],
): Placed {
  const { tenant } = request;
  const known = place.create ? book.find(tenant, place.id) : book.get(tenant, place.id);
  const { source, context } = request;
  const sit = async ({ session, seats }: Found, execution: RunningExecution) => {
    const begins = source.kind === 'code' && (context === undefined || !session.contexts.has(context));
    return await seats.take({ id: execution.id, cancel: () => execution.cancel(), begins });
  };
  if (known !== undefined) {
    const { session } = known;
    const inIt = { policy: session.record.policy, runtime: session.runtime, secrets: session.secrets };
    return { ...admit(request, rules, found, inIt), acquire: (execution) => sit(known, execution) };
  }
  const admitted = admit(request, rules, [...found, ...checkName('session_id', place.id, MAX_SESSION_ID)]);
  const { runtime, policy } = admitted;
  return {
    ...admitted,
    async acquire(execution, signal) {
      const lease = { lifetimeMs: SESSION_LIFETIME_MS, idleTimeoutMs: SESSION_IDLE_TIMEOUT_MS };
      const order = { tenant, id: place.id, runtime, policy, labels: {}, maxSessions: request.grant?.maxSessions };
      const made = await book.open({ ...order, ...lease }, signal);
      const { session } = made;
      session.secrets.with(request.secrets);
      // Somebody else may have made it meanwhile.
      if (session.runtime !== runtime || policyDigest(session.record.policy) !== policyDigest(policy)) {
        throw new EngineError('SESSION_EXISTS', 'the session was just made with another runtime or policy', {
          metadata: { session_id: place.id },
        });
      }
      session.change({ ready: true });
      return await sit(made, execution);
    },
  };
}
