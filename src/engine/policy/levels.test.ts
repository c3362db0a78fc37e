import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { NO_OPERATOR, type OperatorPolicy, operatorProblems, operatorRules } from './operator.ts';
import { policyDigest, resolvePolicy } from './resolve.ts';
import { narrow, type PolicyRules, platformRules } from './rules.ts';
import type { Ceilings, EffectivePolicy, Grant, Limits, PolicyRequest } from './types.ts';

const MIB = 1024 * 1024;
const HOST = { cpus: 4, memoryBytes: 8192 * MIB };
const CLASSES = new Map([
  ['runc', { unenforced: [], accepted: [], updates: true }],
  [
    'half',
    { unenforced: ['limits.memory_bytes', 'limits.processes'], accepted: ['limits.memory_bytes'], updates: true },
  ],
  ['loose', { unenforced: ['isolation.seccomp'], accepted: ['isolation.seccomp'], updates: true }],
]);
const platform = (profiles: OperatorPolicy['profiles'] = new Map()) =>
  platformRules(HOST, { profiles, classes: CLASSES, seccomp: ['mine'] });

function rulesOf(operator: Partial<OperatorPolicy>): PolicyRules {
  const whole = { ...NO_OPERATOR, ...operator };
  const rules = operatorRules(platform(whole.profiles), whole);
  return whole.key === undefined ? rules : narrow(rules, whole.key);
}

function refused(request: Partial<PolicyRequest>, rules: PolicyRules, floor = 0): [string, string, string][] {
  try {
    resolvePolicy({ limits: {}, ...request }, rules, floor);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.violations.map(({ field, reason = 'INVALID_FIELD', description }) => [reason, field, description]);
  }
  return [];
}

const resolve = (request: Partial<PolicyRequest>, rules: PolicyRules) =>
  resolvePolicy({ limits: {}, ...request }, rules, 0);

describe('whatever is asked for, and whatever each level says', () => {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
  const number = fc.oneof(fc.double(), fc.integer({ min: 0 }), fc.constantFrom(0, 1, 64 * MIB, 2 ** 53));
  const limits = fc.record(Object.fromEntries(names.map((name) => [name, number])), { requiredKeys: [] });
  const seccomp = fc.constantFrom('DEFAULT', 'STRICT', 'mine', 'unknown');
  const runtimeClass = fc.constantFrom('runc', 'half', 'loose', 'unknown');
  const reuse = fc.constantFrom('NEVER' as const, 'SAME_TENANT' as const);
  const request = fc.record(
    { limits, seccomp, runtimeClass, reuse, profile: fc.constantFrom('default', 'p', 'q') },
    {
      requiredKeys: ['limits'],
    },
  ) as fc.Arbitrary<PolicyRequest>;
  const ceilings = fc.record(
    { limits, reuse, seccomp: fc.uniqueArray(seccomp), runtimeClasses: fc.uniqueArray(runtimeClass) },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Ceilings>;

  test('what holds is below every ceiling, and a lower level never widens it', () => {
    const any = fc.property(request, request, ceilings, ceilings, (asked, profile, operator, key) => {
      const above = operatorRules(platform(new Map([['p', profile]])), { ...NO_OPERATOR, ceilings: operator });
      const below = narrow(above, { ceilings: key });
      const found = attempt(asked, below);
      if (found === undefined) return;
      for (const level of [platform().ceilings, operator, key]) within(found, level);
      for (const name of names)
        if (asked.limits[name] !== undefined) expect(found.limits[name]).toBe(asked.limits[name]);
      // What the lower level lets pass, the upper one does.
      expect(attempt({ ...asked, ...pinned(found) }, above)).toEqual(found);
    });
    fc.assert(any, { numRuns: 2000 });
  });

  function attempt(asked: PolicyRequest, rules: PolicyRules): EffectivePolicy | undefined {
    try {
      return resolvePolicy(asked, rules, 16 * MIB);
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      return undefined;
    }
  }

  /** A request for exactly this. */
  function pinned({ limits, reuse, seccomp, runtimeClass = 'runc', onOutputLimit }: EffectivePolicy): PolicyRequest {
    return { limits, reuse, seccomp, runtimeClass, onOutputLimit };
  }

  function within(found: EffectivePolicy, { limits, reuse, seccomp, runtimeClasses }: Ceilings): void {
    for (const [name, most] of Object.entries(limits ?? {})) {
      if (!Number.isNaN(most)) expect(found.limits[name as keyof Limits]).toBeLessThanOrEqual(most);
    }
    if (reuse === 'NEVER') expect(found.reuse).toBe('NEVER');
    if (seccomp !== undefined) expect(seccomp).toContain(found.seccomp);
    if (runtimeClasses !== undefined) expect(runtimeClasses).toContain(found.runtimeClass ?? 'runc');
  }
});

describe('profiles', () => {
  const tight: PolicyRequest = {
    limits: { timeoutMs: 1000, memoryBytes: 64 * MIB },
    seccomp: 'STRICT',
    onOutputLimit: 'KILL',
  };
  const profiles = new Map([['tight', tight]]);

  test('one that is named is what the request starts from', () => {
    const policy = resolve({ profile: 'tight', limits: { timeoutMs: 2000 } }, rulesOf({ profiles }));
    expect(policy).toMatchObject({ profile: 'tight', seccomp: 'STRICT', onOutputLimit: 'KILL' });
    expect(policy.limits).toEqual({ ...DEFAULT_LIMITS, timeoutMs: 2000, memoryBytes: 64 * MIB });
  });

  test('the key names the one for requests that name none, and the operator says what `default` is', () => {
    const grant: Grant = { profile: 'tight', ceilings: {} };
    expect(resolve({}, rulesOf({ profiles, key: grant }))).toMatchObject({ profile: 'tight', seccomp: 'STRICT' });
    const changed = new Map([['default', tight]]);
    expect(resolve({}, rulesOf({ profiles: changed }))).toMatchObject({ profile: 'default', onOutputLimit: 'KILL' });
  });

  test('one that does not exist is refused with the names of those that do', () => {
    expect(refused({ profile: 'tihgt' }, rulesOf({ profiles }))).toEqual([
      ['INVALID_FIELD', 'policy.profile', 'is no profile of this server: use one of default, tight'],
    ]);
  });

  test('what it says is cut to the ceiling of a key, and raised to what a runtime needs', () => {
    const key: Grant = { ceilings: { limits: { timeoutMs: 500 }, seccomp: ['DEFAULT'] } };
    const policy = resolvePolicy({ profile: 'tight', limits: {} }, rulesOf({ profiles, key }), 96 * MIB);
    expect(policy).toMatchObject({ limits: { timeoutMs: 500, memoryBytes: 96 * MIB }, seccomp: 'DEFAULT' });
  });
});

describe('ceilings', () => {
  test('every field above one is named at once', () => {
    const ceilings: Ceilings = {
      limits: { timeoutMs: 1000, memoryBytes: 64 * MIB, cpuCores: 0.5 },
      reuse: 'NEVER',
      seccomp: ['STRICT'],
      runtimeClasses: ['runc'],
    };
    const request: PolicyRequest = {
      limits: { timeoutMs: 2000, memoryBytes: 128 * MIB, cpuCores: 1 },
      reuse: 'SAME_TENANT',
      seccomp: 'DEFAULT',
      runtimeClass: 'loose',
    };
    expect(refused(request, rulesOf({ ceilings }))).toEqual([
      ['POLICY_CEILING_EXCEEDED', 'policy.limits.timeout', 'is above the ceiling of 1 s'],
      ['POLICY_CEILING_EXCEEDED', 'policy.limits.memory_bytes', 'is above the ceiling of 64 MiB'],
      ['POLICY_CEILING_EXCEEDED', 'policy.limits.cpu_cores', 'is above the ceiling of 0.5'],
      ['POLICY_CEILING_EXCEEDED', 'policy.isolation.reuse', 'is above the ceiling of NEVER'],
      ['POLICY_CEILING_EXCEEDED', 'policy.isolation.seccomp', 'is not allowed: use STRICT'],
      ['POLICY_CEILING_EXCEEDED', 'policy.isolation.runtime_class', 'is not allowed: use runc'],
    ]);
    expect(resolve({}, rulesOf({ ceilings }))).toMatchObject({ seccomp: 'STRICT', reuse: 'NEVER' });
  });

  test('of operator and key the lower one counts', () => {
    const rules = rulesOf({
      ceilings: { limits: { timeoutMs: 5000, cpuCores: 1 }, seccomp: ['DEFAULT', 'STRICT'] },
      key: { ceilings: { limits: { timeoutMs: 9000, cpuCores: 0.5 }, seccomp: ['mine', 'STRICT'] } },
    });
    expect(rules.ceilings.limits).toMatchObject({ timeoutMs: 5000, cpuCores: 0.5 });
    expect(rules.ceilings.seccomp).toEqual(['STRICT']);
  });

  test('a runtime that needs more memory than there may be is refused, and so is what no level allows', () => {
    const ceilings: Ceilings = { limits: { memoryBytes: 32 * MIB }, seccomp: ['STRICT'] };
    const rules = rulesOf({ ceilings, key: { ceilings: { seccomp: ['DEFAULT'] } } });
    expect(refused({}, rules, 64 * MIB)).toEqual([
      [
        'POLICY_CEILING_EXCEEDED',
        'policy.limits.memory_bytes',
        'has a ceiling of 32 MiB, and this runtime needs 64 MiB',
      ],
      [
        'POLICY_CEILING_EXCEEDED',
        'policy.isolation.seccomp',
        'no profile is allowed by the operator and the key together',
      ],
    ]);
  });
});

describe('runtime classes', () => {
  test('what one does not enforce is refused, unless the operator accepted it: then it is told', () => {
    const rules = rulesOf({});
    expect(refused({ runtimeClass: 'half' }, rules).map(([reason, field]) => [reason, field])).toEqual([
      ['NOT_ENFORCEABLE', 'policy.limits.processes'],
    ]);
    const loose = resolve({ runtimeClass: 'loose' }, rules);
    expect(loose).toMatchObject({ runtimeClass: 'loose', unenforced: ['isolation.seccomp'] });
    expect(resolve({ runtimeClass: 'runc' }, rules)).toEqual(resolve({}, rules));
    expect(policyDigest(loose)).not.toBe(policyDigest(resolve({}, rules)));
  });

  test('one that this Docker does not have cannot be enforced', () => {
    expect(refused({ runtimeClass: 'kata' }, rulesOf({}))).toEqual([
      ['NOT_ENFORCEABLE', 'policy.isolation.runtime_class', 'kata is no runtime of this Docker: use runc, half, loose'],
    ]);
  });
});

test('everything that cannot hold in what the operator settles is named', () => {
  const operator: OperatorPolicy = {
    profiles: new Map([
      ['big', { limits: { cpuCores: 64 }, seccomp: 'none' }],
      ['good', { limits: { cpuCores: 1 } }],
    ]),
    ceilings: {
      limits: { memoryBytes: 0, cpuCores: 2 },
      seccomp: ['STRICT', 'nothing'],
      runtimeClasses: ['runc', 'kata'],
    },
    key: { profile: 'none', ceilings: { limits: { timeoutMs: -1 } } },
    seccompFiles: new Map(),
    acceptUnenforced: new Map([
      ['half', ['limits.memory']],
      ['kata', []],
    ]),
  };
  expect(operatorProblems(platform(operator.profiles), operator).map((line) => line.split(': ')[0])).toEqual([
    'ceilings.limits.memory_bytes',
    'ceilings.isolation.seccomp',
    'ceilings.isolation.runtime_class',
    'key.ceilings.limits.timeout',
    'profiles.big.limits.cpu_cores',
    'profiles.big.isolation.seccomp',
    'key.profile',
    'runtime_classes',
    'runtime_classes.half.accept_unenforced',
  ]);
  const fine = { ...NO_OPERATOR, profiles: new Map([['good', { limits: { cpuCores: 1 } }]]) };
  expect(operatorProblems(platform(fine.profiles), fine)).toEqual([]);
});
