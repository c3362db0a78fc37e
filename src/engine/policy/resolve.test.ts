import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors.ts';
import type { Limits } from '../types.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { NO_OPERATOR, operatorProblems } from './operator.ts';
import { checkPolicy, policyDigest, resolvePolicy } from './resolve.ts';
import { platformRules, type RuntimeClass } from './rules.ts';

const MIB = 1024 * 1024;
const rules = platformRules({ cpus: 2, memoryBytes: 4096 * MIB });

function refusal(limits: Partial<Limits>): EngineError {
  try {
    resolvePolicy({ limits }, rules, 16 * MIB);
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error('was not refused');
}

test('what is not asked for is the default', () => {
  const policy = resolvePolicy({ limits: { timeoutMs: 1500 } }, rules, 0);
  expect(policy.limits).toEqual({ ...DEFAULT_LIMITS, timeoutMs: 1500 });
  expect(policy.onOutputLimit).toBe('TRUNCATE');
});

test('a policy is never above a ceiling and never below what was refused, whatever is asked for', () => {
  const amount = fc.option(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -1, 1, 2 ** 53)), { nil: undefined });
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
  const anyLimits = fc.record(Object.fromEntries(names.map((name) => [name, amount])), { requiredKeys: [] });
  fc.assert(
    fc.property(anyLimits, (asked) => {
      const limits = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      try {
        const policy = resolvePolicy({ limits }, rules, 16 * MIB);
        for (const name of names) {
          expect(policy.limits[name]).toBeLessThanOrEqual(rules.ceilings.limits[name]);
          expect(policy.limits[name]).toBeGreaterThan(0);
          if (limits[name] !== undefined) expect(policy.limits[name]).toBe(limits[name]);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
    }),
  );
});

test('every limit above its ceiling is named at once, with the ceiling', () => {
  const { reason, violations } = refusal({ cpuCores: 3, memoryBytes: 8192 * MIB });
  expect(reason).toBe('POLICY_CEILING_EXCEEDED');
  expect(violations).toMatchObject([
    { field: 'policy.limits.memory_bytes', description: 'is above the ceiling of 4 GiB' },
    { field: 'policy.limits.cpu_cores', description: 'is above the ceiling of 2' },
  ]);
});

test('memory below the floor of the runtime is refused with the number', () => {
  const { reason, violations } = refusal({ memoryBytes: 8 * MIB });
  expect(reason).toBe('INVALID_FIELD');
  expect(violations[0]?.description).toBe('must be at least 16 MiB for this runtime, not 8 MiB');
});

test.each<[Partial<Limits>, string]>([
  [{ timeoutMs: -1000 }, 'policy.limits.timeout: must be at least 0.001 s, not -1 s'],
  [{ processes: 0 }, 'policy.limits.processes: must be at least 1, not 0; leave it unset for the default'],
  [{ cpuCores: Number.NaN }, 'policy.limits.cpu_cores: must be a finite number, not NaN'],
  [{ cpuCores: Number.POSITIVE_INFINITY }, 'policy.limits.cpu_cores: must be a finite number, not Infinity'],
  [{ memoryBytes: 2 ** 63 }, 'policy.limits.memory_bytes: is above the ceiling of 4 GiB'],
])('%j: %s', (limits, message) => {
  expect(refusal(limits).message).toBe(message);
});

test('the digest depends on what a policy says and on nothing else', () => {
  const one = resolvePolicy({ limits: {} }, rules, 0);
  const reordered = { ...one, limits: Object.fromEntries(Object.entries(one.limits).reverse()) as unknown as Limits };
  expect(policyDigest(reordered)).toBe(policyDigest(one));
  expect(policyDigest({ ...one, onOutputLimit: 'KILL' })).not.toBe(policyDigest(one));
});

describe('a runtime class', () => {
  const MEMORY = 'limits.memory_bytes';
  const classes = new Map<string, RuntimeClass>([
    ['runc', { unenforced: [], accepted: [], updates: true }],
    ['half', { unenforced: ['isolation.seccomp', MEMORY], accepted: [MEMORY], updates: false }],
    ['taken', { unenforced: [MEMORY], accepted: [MEMORY, 'isolation.seccomp'], updates: false }],
    ['broken', { unenforced: [], accepted: [], updates: true, unavailable: 'no such file' }],
  ]);
  const withClasses = (defaultClass = 'runc') =>
    platformRules({ cpus: 2, memoryBytes: 4096 * MIB }, { classes, defaultClass });
  const wrong = (runtimeClass: string) => checkPolicy({ limits: {}, runtimeClass }, withClasses(), 0);

  test('is refused for what it does not enforce and nobody accepted', () => {
    expect(wrong('half')).toEqual([
      expect.objectContaining({ field: 'policy.isolation.seccomp', reason: 'NOT_ENFORCEABLE' }),
    ]);
  });

  test('is refused where no sandbox works in it, with the reason', () => {
    expect(wrong('broken')).toEqual([
      {
        field: 'policy.isolation.runtime_class',
        description: 'broken cannot be used on this host: no such file',
        reason: 'NOT_ENFORCEABLE',
      },
    ]);
  });

  test('is told with what it does not enforce where that is accepted', () => {
    expect(resolvePolicy({ limits: {}, runtimeClass: 'taken' }, withClasses(), 0)).toMatchObject({
      runtimeClass: 'taken',
      unenforced: [MEMORY],
    });
  });

  test('that is the default is refused like any other, and an operator’s profile is none the worse', () => {
    const rules = withClasses('half');
    expect(checkPolicy({ limits: {} }, rules, 0)).toMatchObject([{ field: 'policy.isolation.seccomp' }]);
    const profiles = new Map([
      ['small', { limits: { processes: 7 } }],
      ['named', { limits: {}, runtimeClass: 'half' }],
    ]);
    expect(operatorProblems({ ...rules, profiles }, { ...NO_OPERATOR, profiles })).toEqual([
      expect.stringMatching(/^profiles\.named\.isolation\.seccomp: is not enforced by half/),
    ]);
  });
});
