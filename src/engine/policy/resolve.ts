import { createHash } from 'node:crypto';
import { showBytes } from '../../lib/bytes.ts';
import { type FieldViolation, refusal } from '../errors.ts';
import type { EffectivePolicy, Limits, PolicyRequest } from '../types.ts';
import { checkLimits, DEFAULT_LIMITS, mapLimits } from './limits.ts';
import type { PolicyRules } from './rules.ts';

/**
 * Everything that is wrong with what a request asks of its policy.
 *
 * @param memoryFloorBytes of the runtime
 */
export function checkPolicy(request: PolicyRequest, rules: PolicyRules, memoryFloorBytes: number): FieldViolation[] {
  return [
    ...checkProfile(request, rules),
    ...checkLimits(request.limits, rules.ceilings.limits, memoryFloorBytes, 'policy.limits'),
    ...checkFloor(request, rules, memoryFloorBytes),
    ...checkReuse(request, rules),
    ...checkSeccomp(request, rules),
    ...checkRuntimeClass(request, rules),
  ];
}

/** The limits of a request that asks for nothing. */
export function defaultLimits(rules: PolicyRules): Limits {
  return limitsOf({ limits: {} }, rules, 0);
}

/**
 * What holds for one execution: what was asked for, else what its profile says, else the defaults; nothing above a ceiling.
 *
 * @param memoryFloorBytes of the runtime
 * @throws EngineError with everything that is wrong: INVALID_FIELD, POLICY_CEILING_EXCEEDED, NOT_ENFORCEABLE
 */
export function resolvePolicy(request: PolicyRequest, rules: PolicyRules, memoryFloorBytes: number): EffectivePolicy {
  const wrong = checkPolicy(request, rules, memoryFloorBytes);
  if (wrong.length > 0) throw refusal(wrong);
  const profile = profileOf(request, rules);
  const reuse = request.reuse ?? profile?.reuse ?? 'NEVER';
  const runtimeClass = runtimeClassOf(request, rules);
  return {
    profile: request.profile ?? rules.profile,
    limits: limitsOf(request, rules, memoryFloorBytes),
    onOutputLimit: request.onOutputLimit ?? profile?.onOutputLimit ?? 'TRUNCATE',
    network: 'NONE',
    seccomp: seccompOf(request, rules),
    ...(runtimeClass === rules.defaultClass ? {} : { runtimeClass }),
    reuse: rules.ceilings.reuse === 'NEVER' ? 'NEVER' : reuse,
    writableRoot: false,
    unenforced: [...(rules.classes.get(runtimeClass)?.unenforced ?? [])].sort(),
  };
}

/** Of policies that were asked about before: a call asks twice, and those in a session ask about the same one. */
const digests = new WeakMap<EffectivePolicy, string>();

/** SHA-256 of a policy, lower-case hex: the same for the same policy on every server. */
export function policyDigest(policy: EffectivePolicy): string {
  const known = digests.get(policy);
  if (known !== undefined) return known;
  const sorted = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const digest = createHash('sha256').update(JSON.stringify(policy, sorted)).digest('hex');
  digests.set(policy, digest);
  return digest;
}

function profileOf(request: PolicyRequest, rules: PolicyRules): PolicyRequest | undefined {
  return rules.profiles.get(request.profile ?? rules.profile);
}

function limitsOf(request: PolicyRequest, rules: PolicyRules, memoryFloorBytes: number): Limits {
  const profile = profileOf(request, rules);
  const ceilings = rules.ceilings.limits;
  return mapLimits((name) => {
    const asked = request.limits[name];
    if (asked !== undefined) return asked;
    const usual = profile?.limits[name] ?? DEFAULT_LIMITS[name];
    // Nobody asked for less than the runtime needs, so a profile that is made for another runtime does not fail.
    return Math.min(name === 'memoryBytes' ? Math.max(usual, memoryFloorBytes) : usual, ceilings[name]);
  });
}

function seccompOf(request: PolicyRequest, rules: PolicyRules): string {
  return request.seccomp ?? usual(profileOf(request, rules)?.seccomp ?? 'DEFAULT', rules.ceilings.seccomp);
}

function runtimeClassOf(request: PolicyRequest, rules: PolicyRules): string {
  const { runtimeClass } = request;
  return (
    runtimeClass ?? usual(profileOf(request, rules)?.runtimeClass ?? rules.defaultClass, rules.ceilings.runtimeClasses)
  );
}

/** What is used when nobody asked: if it may not be, the first that may. */
function usual(wanted: string, allowed: readonly string[]): string {
  return allowed.includes(wanted) ? wanted : (allowed[0] ?? wanted);
}

function* checkProfile({ profile }: PolicyRequest, { profiles }: PolicyRules): Iterable<FieldViolation> {
  if (profile === undefined || profiles.has(profile)) return;
  const names = [...profiles.keys()].sort().join(', ');
  yield { field: 'policy.profile', description: `is no profile of this server: use one of ${names}` };
}

function* checkFloor({ limits }: PolicyRequest, { ceilings }: PolicyRules, floor: number): Iterable<FieldViolation> {
  if (limits.memoryBytes !== undefined || ceilings.limits.memoryBytes >= floor) return;
  const most = showBytes(ceilings.limits.memoryBytes);
  yield exceeded('policy.limits.memory_bytes', `has a ceiling of ${most}, and this runtime needs ${showBytes(floor)}`);
}

function* checkReuse({ reuse }: PolicyRequest, { ceilings }: PolicyRules): Iterable<FieldViolation> {
  if (reuse !== 'SAME_TENANT' || ceilings.reuse === 'SAME_TENANT') return;
  yield exceeded('policy.isolation.reuse', 'is above the ceiling of NEVER');
}

function* checkSeccomp({ seccomp }: PolicyRequest, rules: PolicyRules): Iterable<FieldViolation> {
  const field = 'policy.isolation.seccomp';
  const allowed = rules.ceilings.seccomp;
  if (allowed.length === 0) yield exceeded(field, 'no profile is allowed by the operator and the key together');
  else if (seccomp === undefined || allowed.includes(seccomp)) return;
  else if (rules.seccomp.includes(seccomp)) yield exceeded(field, `is not allowed: use ${allowed.join(', ')}`);
  else yield { field, description: `is no seccomp profile of this server: use ${allowed.join(', ')}` };
}

function* checkRuntimeClass(request: PolicyRequest, rules: PolicyRules): Iterable<FieldViolation> {
  const field = 'policy.isolation.runtime_class';
  const name = runtimeClassOf(request, rules);
  const found = rules.classes.get(name);
  const allowed = rules.ceilings.runtimeClasses;
  if (found === undefined) {
    const description = `${name} is no runtime of this Docker: use ${allowed.join(', ')}`;
    yield { field, description, reason: 'NOT_ENFORCEABLE' };
  } else if (!allowed.includes(name)) {
    yield exceeded(field, allowed.length === 0 ? 'none is allowed' : `is not allowed: use ${allowed.join(', ')}`);
  } else if (found.unavailable !== undefined) {
    yield {
      field,
      description: `${name} cannot be used on this host: ${found.unavailable}`,
      reason: 'NOT_ENFORCEABLE',
    };
  } else {
    for (const unenforced of found.unenforced.filter((one) => !found.accepted.includes(one))) {
      const description = `is not enforced by ${name} on this host: use another runtime class, or have the operator accept it`;
      yield { field: `policy.${unenforced}`, description, reason: 'NOT_ENFORCEABLE' };
    }
  }
}

function exceeded(field: string, description: string): FieldViolation {
  return { field, description, reason: 'POLICY_CEILING_EXCEEDED' };
}
