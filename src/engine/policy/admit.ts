import { type FieldViolation, refusal } from '../errors.ts';
import { findRuntime, noRuntime, RUNTIME_NAMES } from '../runtimes/registry.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { Mask } from '../secrets/mask.ts';
import type { EffectivePolicy, ExecutionRequest } from '../types.ts';
import { checkSecretsSize } from './check-secrets.ts';
import { checkRequest } from './checks.ts';
import { checkInSession, resolveInSession } from './in-session.ts';
import { checkPolicy, resolvePolicy } from './resolve.ts';
import type { PolicyRules } from './rules.ts';

/** What a request that is good runs in. */
export interface Admitted {
  readonly runtime: Runtime;
  readonly policy: EffectivePolicy;
  /** Hides its secrets. */
  readonly mask: Mask;
}

/** The session that a request is for. */
export interface InSession {
  readonly policy: EffectivePolicy;
  readonly runtime: Runtime;
  readonly secrets: { with(secrets: Readonly<Record<string, string>>): Record<string, string> };
}

/**
 * Looks at everything about a request that can be seen without running it. Where the runtime is unknown, what depends
 * on it is not looked at. What a refusal quotes is masked.
 *
 * @param found what is known to be wrong already; it is told together with what is found here
 * @param session that it runs in, which settles most of it
 * @throws EngineError UNKNOWN_RUNTIME, INVALID_FIELD, POLICY_CEILING_EXCEEDED, NOT_ENFORCEABLE or NOT_IMPLEMENTED with every violation
 */
export function admit(
  request: ExecutionRequest,
  rules: PolicyRules,
  found: readonly FieldViolation[] = [],
  session?: InSession,
): Admitted {
  // Alone: nothing else can be told without a mask, and this many secrets are not worth the work of making one.
  const tooMany = [...checkSecretsSize(request)];
  if (tooMany.length > 0) throw refusal(tooMany);
  const mask = new Mask(session?.secrets.with(request.secrets) ?? request.secrets);
  const runtime = request.runtime === '' && session !== undefined ? session.runtime : findRuntime(request.runtime);
  const floor = runtime?.memoryFloorBytes ?? 0;
  const violations = [
    ...(runtime === undefined ? [noRuntime(request.runtime)] : []),
    ...found,
    ...checkRequest(request, runtime),
    ...(session === undefined ? checkPolicy(request.policy, rules, floor) : checkPlace(request, runtime, session)),
  ].map(({ field, description, ...more }) => ({
    // Only in names of entries are there words of the caller's.
    field: field.includes('"') ? mask.sentence(field) : field,
    description: mask.sentence(description),
    ...more,
  }));
  if (runtime === undefined) {
    throw refusal(violations, { runtime: mask.sentence(request.runtime.slice(0, 64)), runtimes: RUNTIME_NAMES });
  }
  if (violations.length > 0) throw refusal(violations);
  if (session !== undefined) {
    return { runtime: session.runtime, policy: resolveInSession(request.policy, session.policy), mask };
  }
  return { runtime, policy: resolvePolicy(request.policy, rules, floor), mask };
}

/** A session has one image: a command runs in any, code in its own. */
function* checkPlace(
  { policy, source }: ExecutionRequest,
  runtime: Runtime | undefined,
  session: InSession,
): Iterable<FieldViolation> {
  if (runtime !== undefined && runtime !== session.runtime && source.kind === 'code') {
    const description = `is ${runtime.name}, and this is a session of ${session.runtime.name}: leave it unset, or use another session`;
    yield { field: 'runtime', description };
  }
  yield* checkInSession(policy, session.policy);
}
