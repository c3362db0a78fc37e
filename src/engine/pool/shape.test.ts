import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, resolvePolicy } from '../policy/resolve.ts';
import { python } from '../runtimes/python.ts';
import { containerSpec, liveLimits } from '../sandbox/spec.ts';
import type { EffectivePolicy, Limits } from '../types.ts';
import { kindOf, shapeOf } from './shape.ts';

const ceilings: Limits = { ...DEFAULT_LIMITS, cpuCores: 8, memoryBytes: 2 ** 40, openFiles: 65_536, timeoutMs: 1e9 };
const usual = policyOf({});
const variations: Partial<Limits>[] = [
  { timeoutMs: 1000 },
  { outputBytes: 7 },
  { memoryBytes: 2 ** 30 },
  { cpuCores: 0.5 },
  { processes: 7 },
  { workspaceBytes: 2 ** 20 },
  { tmpBytes: 2 ** 20 },
  { openFiles: 512 },
  { openFiles: 65_536 },
];

function policyOf(limits: Partial<Limits>): EffectivePolicy {
  return resolvePolicy({ limits }, ceilings, 0);
}

function spec(policy: EffectivePolicy) {
  const owner = { instance: 'i', process: 'p' };
  return containerSpec(policy, { image: 'image', runtime: 'python', uid: 30_000, guestVolume: 'volume', owner });
}

/** What would still differ if Docker changed what it can change. */
function fixed(policy: EffectivePolicy) {
  const { HostConfig, ...rest } = spec(policy);
  return { ...rest, HostConfig: { ...HostConfig, ...liveLimits(usual) } };
}

describe.each(variations)('%o', (limits) => {
  const other = policyOf(limits);

  test('is another kind exactly when its container is another', () => {
    expect(kindOf(python, other) === kindOf(python, usual)).toBe(isDeepStrictEqual(spec(other), spec(usual)));
  });

  test('is another shape exactly when no change of limits makes it the same', () => {
    expect(shapeOf(python, other) === shapeOf(python, usual)).toBe(isDeepStrictEqual(fixed(other), fixed(usual)));
  });
});
