import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../policy/resolve.ts';
import { platformRules } from '../policy/rules.ts';
import { python } from '../runtimes/python.ts';
import { DEFAULT_SECCOMP } from '../sandbox/seccomp.ts';
import { containerSpec, liveLimits } from '../sandbox/spec.ts';
import type { EffectivePolicy, PolicyRequest } from '../types.ts';
import { kindOf, shapeOf } from './shape.ts';

const rules = platformRules(
  { cpus: 8, memoryBytes: 2 ** 40 },
  { classes: new Map(['runc', 'runsc'].map((name) => [name, { unenforced: [], accepted: [], updates: true }])) },
);
const usual = policyOf({});
const variations: Partial<PolicyRequest>[] = [
  { limits: { timeoutMs: 1000 } },
  { limits: { outputBytes: 7 } },
  { limits: { memoryBytes: 2 ** 30 } },
  { limits: { cpuCores: 0.5 } },
  { limits: { processes: 7 } },
  { limits: { workspaceBytes: 2 ** 20 } },
  { limits: { tmpBytes: 2 ** 20 } },
  { limits: { openFiles: 512 } },
  { limits: { openFiles: 65_536 } },
  { onOutputLimit: 'KILL' },
  { reuse: 'SAME_TENANT' },
  { seccomp: 'STRICT' },
  { runtimeClass: 'runsc' },
];

function policyOf(request: Partial<PolicyRequest>): EffectivePolicy {
  return resolvePolicy({ limits: {}, ...request }, rules, 0);
}

function spec(policy: EffectivePolicy) {
  const owner = { instance: 'i', process: 'p' };
  // Another profile is another object in the container's options.
  const seccomp = { ...DEFAULT_SECCOMP, archMap: policy.seccomp === 'STRICT' ? [] : DEFAULT_SECCOMP.archMap };
  const inputs = { image: 'image', runtime: 'python', seccomp, uid: 30_000, guestVolume: 'volume', owner };
  return containerSpec(policy, inputs);
}

/** What would still differ if Docker changed what it can change. */
function fixed(policy: EffectivePolicy) {
  const { HostConfig, ...rest } = spec(policy);
  return { ...rest, HostConfig: { ...HostConfig, ...liveLimits(usual) } };
}

describe.each(variations)('%o', (request) => {
  const other = policyOf(request);

  test('is another kind exactly when its container is another', () => {
    expect(kindOf(python, other) === kindOf(python, usual)).toBe(isDeepStrictEqual(spec(other), spec(usual)));
  });

  test('is another shape exactly when no change of limits makes it the same', () => {
    expect(shapeOf(python, other) === shapeOf(python, usual)).toBe(isDeepStrictEqual(fixed(other), fixed(usual)));
  });
});
