import type { Ceilings, Grant, Limits, PolicyRequest } from '../types.ts';
import { ceilingsOf, type HostCapacity, leastOf } from './limits.ts';

/** The seccomp profiles that isol8 brings itself. */
export const OWN_SECCOMP = ['DEFAULT', 'STRICT'] as const;

/** The profile that a request starts from when nobody names another. */
const DEFAULT_PROFILE = 'default';

/** A container runtime of this Docker. */
export interface RuntimeClass {
  /** Fields of the effective policy (`limits.memory_bytes`, `isolation.seccomp`) that it does not enforce on this host. */
  readonly unenforced: readonly string[];
  /** Those of them that the operator accepts. */
  readonly accepted: readonly string[];
  /** Whether Docker can change the limits of a sandbox that runs in it. */
  readonly updates: boolean;
  /** Why no sandbox can run in it; unset where one can. */
  readonly unavailable?: string;
}

/** Everything that decides what policy a request gets: pure data, the same for every request of one key. */
export interface PolicyRules {
  /** By name; `default` is always there. */
  readonly profiles: ReadonlyMap<string, PolicyRequest>;
  /** The one that requests start from which name none. */
  readonly profile: string;
  /** The names of all seccomp profiles there are. */
  readonly seccomp: readonly string[];
  /** What this Docker has, by name. */
  readonly classes: ReadonlyMap<string, RuntimeClass>;
  /** The one that Docker takes when none is named. */
  readonly defaultClass: string;
  /** The most that may be asked for. */
  readonly ceilings: Required<Ceilings> & { readonly limits: Limits };
}

/** What isol8 itself allows on a host, before the operator says anything. */
export function platformRules(host: HostCapacity, more: Partial<Omit<PolicyRules, 'ceilings'>> = {}): PolicyRules {
  const classes = more.classes ?? new Map([['runc', { unenforced: [], accepted: [], updates: true }]]);
  const seccomp = [...OWN_SECCOMP, ...(more.seccomp ?? []).filter((name) => !isOwn(name))];
  return {
    profile: DEFAULT_PROFILE,
    defaultClass: 'runc',
    ...more,
    profiles: new Map([[DEFAULT_PROFILE, { limits: {} }], ...(more.profiles ?? [])]),
    seccomp,
    classes,
    ceilings: { limits: ceilingsOf(host), reuse: 'SAME_TENANT', seccomp, runtimeClasses: [...classes.keys()] },
  };
}

/** The rules below one more level: never wider in anything than they were. */
export function narrow(rules: PolicyRules, { profile, ceilings }: Grant): PolicyRules {
  const above = rules.ceilings;
  return {
    ...rules,
    profile: profile ?? rules.profile,
    ceilings: {
      limits: leastOf(above.limits, ceilings.limits ?? {}),
      reuse: ceilings.reuse === 'NEVER' ? 'NEVER' : above.reuse,
      seccomp: both(ceilings.seccomp, above.seccomp),
      runtimeClasses: both(ceilings.runtimeClasses, above.runtimeClasses),
    },
  };
}

/** In the order of the lower level. */
function both(lower: readonly string[] | undefined, upper: readonly string[]): readonly string[] {
  return lower?.filter((name) => upper.includes(name)) ?? upper;
}

function isOwn(name: string): boolean {
  return (OWN_SECCOMP as readonly string[]).includes(name);
}
