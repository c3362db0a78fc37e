import type { FieldViolation } from '../errors.ts';
import type { EffectivePolicy, Limits, PolicyRequest } from '../types.ts';
import { checkLimits, showLimit, wireName } from './limits.ts';

/** The limits that bound one execution and not its whole sandbox. */
const OF_ONE = ['timeoutMs', 'processes', 'outputBytes', 'openFiles'] as const satisfies (keyof Limits)[];

/** The limits of a session that can be made narrower while it lives: all but the sizes of its file systems. */
const LIVE = [...OF_ONE, 'memoryBytes', 'cpuCores'] as const satisfies (keyof Limits)[];

/**
 * Everything that is wrong with the policy of an execution in a session: what belongs to one execution may be narrower
 * than the session has it, the rest must be the same.
 */
export function checkInSession(asked: PolicyRequest, session: EffectivePolicy): FieldViolation[] {
  const own = pick(asked.limits, OF_ONE);
  const others = (Object.keys(asked.limits) as (keyof Limits)[]).filter((name) => !(name in own));
  return [
    ...checkLimits(own, session.limits, 0, 'policy.limits'),
    ...others.flatMap((name) => {
      const holds = session.limits[name];
      return asked.limits[name] === holds ? [] : [differs(`policy.limits.${wireName(name)}`, showLimit(name, holds))];
    }),
    ...same('policy.profile', asked.profile, session.profile),
    ...same('policy.isolation.seccomp', asked.seccomp, session.seccomp),
    ...same('policy.isolation.runtime_class', asked.runtimeClass, session.runtimeClass),
    ...same('policy.isolation.reuse', asked.reuse, session.reuse),
  ];
}

/** What holds for an execution in a session. Nothing is wrong with what was asked for. */
export function resolveInSession(asked: PolicyRequest, session: EffectivePolicy): EffectivePolicy {
  const own = pick(asked.limits, OF_ONE);
  const { onOutputLimit = session.onOutputLimit } = asked;
  if (Object.keys(own).length === 0 && onOutputLimit === session.onOutputLimit) return session;
  return { ...session, limits: { ...session.limits, ...own }, onOutputLimit };
}

/** Everything that is wrong with new limits of a session that lives. */
export function checkNarrower(
  limits: Partial<Limits>,
  session: EffectivePolicy,
  memoryFloorBytes: number,
): FieldViolation[] {
  const fixed = (Object.keys(limits) as (keyof Limits)[]).filter((name) => !(LIVE as readonly string[]).includes(name));
  return [
    ...checkLimits(pick(limits, LIVE), session.limits, memoryFloorBytes, 'session.policy.limits'),
    ...fixed.map((name) => ({
      field: `session.policy.limits.${wireName(name)}`,
      description: 'cannot be changed while the session lives: make another session',
    })),
  ];
}

function* same(field: string, asked: string | undefined, holds: string | undefined): Iterable<FieldViolation> {
  if (asked !== undefined && asked !== holds) yield differs(field, holds ?? 'the usual one');
}

function differs(field: string, holds: string): FieldViolation {
  return { field, description: `is ${holds} in this session: leave it unset` };
}

function pick(limits: Partial<Limits>, names: readonly (keyof Limits)[]): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => (names as readonly string[]).includes(name)));
}
