import type { FieldViolation } from '../errors.ts';
import type { Ceilings, Grant, PolicyRequest } from '../types.ts';
import { checkLimits } from './limits.ts';
import { checkPolicy } from './resolve.ts';
import { narrow, type PolicyRules } from './rules.ts';

/** What the operator settles beyond what isol8 allows by itself. */
export interface OperatorPolicy {
  /** Named policies to start from; `default` stands for what a request gets that names none. */
  readonly profiles: ReadonlyMap<string, PolicyRequest>;
  /** The most that anybody may ask for. */
  readonly ceilings: Ceilings;
  /** What callers get who show the server's one key. */
  readonly key: Grant | undefined;
  /** Seccomp profiles by name: absolute paths. */
  readonly seccompFiles: ReadonlyMap<string, string>;
  /** For a runtime class, the fields that it need not enforce. */
  readonly acceptUnenforced: ReadonlyMap<string, readonly string[]>;
}

/** An operator who says nothing. */
export const NO_OPERATOR: OperatorPolicy = {
  profiles: new Map(),
  ceilings: { limits: {} },
  key: undefined,
  seccompFiles: new Map(),
  acceptUnenforced: new Map(),
};

/** Fields that a runtime class may fail to enforce. */
export const ENFORCEABLE = [
  'limits.memory_bytes',
  'limits.cpu_cores',
  'limits.processes',
  'limits.open_files',
  'limits.workspace_bytes',
  'limits.tmp_bytes',
  'isolation.seccomp',
] as const;

/** The rules that the operator leaves of the platform's. The platform's must have the operator's profiles already. */
export function operatorRules(platform: PolicyRules, operator: OperatorPolicy): PolicyRules {
  return narrow(platform, { ceilings: operator.ceilings });
}

/** Everything in what the operator settles that cannot hold on this host: a line each, that begins with its place. */
export function operatorProblems(platform: PolicyRules, operator: OperatorPolicy): string[] {
  const rules = operatorRules(platform, operator);
  return [
    ...checkCeilings('ceilings', operator.ceilings, platform),
    ...checkCeilings('key.ceilings', operator.key?.ceilings ?? {}, platform),
    ...[...operator.profiles].flatMap(([name, profile]) =>
      violationsOf(profile, rules).map((violation) => lineOf(violation, `profiles.${name}`)),
    ),
    ...unknownNames('key.profile', operator.key?.profile === undefined ? [] : [operator.key.profile], [
      ...rules.profiles.keys(),
    ]),
    ...unknownNames('runtime_classes', [...operator.acceptUnenforced.keys()], [...platform.classes.keys()]),
    ...[...operator.acceptUnenforced].flatMap(([name, fields]) =>
      unknownNames(`runtime_classes.${name}.accept_unenforced`, fields, ENFORCEABLE),
    ),
  ];
}

/** What the default runtime class does not enforce is no fault of a profile: requests are refused for it. */
function violationsOf(profile: PolicyRequest, rules: PolicyRules): FieldViolation[] {
  const all = checkPolicy(profile, rules, 0);
  return profile.runtimeClass === undefined ? all.filter(({ reason }) => reason !== 'NOT_ENFORCEABLE') : all;
}

function checkCeilings(place: string, { limits, seccomp, runtimeClasses }: Ceilings, platform: PolicyRules): string[] {
  // What is above what the host has is cut to that.
  const wrong = checkLimits(limits ?? {}, platform.ceilings.limits, 0, 'policy.limits').filter(
    ({ reason }) => reason !== 'POLICY_CEILING_EXCEEDED',
  );
  return [
    ...wrong.map((violation) => lineOf(violation, place)),
    ...unknownNames(`${place}.isolation.seccomp`, seccomp ?? [], platform.seccomp),
    ...unknownNames(`${place}.isolation.runtime_class`, runtimeClasses ?? [], [...platform.classes.keys()]),
  ];
}

function lineOf({ field, description }: FieldViolation, place: string): string {
  return `${field.replace(/^policy/, place)}: ${description}`;
}

function unknownNames(place: string, names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => `${place}: there is no "${name}": use ${known.join(', ')}`);
}
