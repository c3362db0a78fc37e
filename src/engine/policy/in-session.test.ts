import { expect, test } from 'vitest';
import { checkInSession, checkNarrower, resolveInSession } from './in-session.ts';
import { policyDigest, resolvePolicy } from './resolve.ts';
import { platformRules } from './rules.ts';

const session = resolvePolicy(
  { limits: { timeoutMs: 10_000, memoryBytes: 2 ** 28 } },
  platformRules({ cpus: 2, memoryBytes: 2 ** 33 }),
  0,
);
const fields = (violations: ReturnType<typeof checkInSession>) =>
  violations.map(({ field, reason }) => [field, reason ?? 'INVALID_FIELD']);

test('a request that asks for nothing, or for what the session has, gets the policy and the digest of the session', () => {
  for (const asked of [{ limits: {} }, { limits: session.limits, seccomp: session.seccomp, profile: 'default' }]) {
    expect(checkInSession(asked, session)).toEqual([]);
    expect(policyDigest(resolveInSession(asked, session))).toBe(policyDigest(session));
  }
});

test('what belongs to one execution may be narrower', () => {
  const asked = {
    limits: { timeoutMs: 5, processes: 3, outputBytes: 7, openFiles: 20 },
    onOutputLimit: 'KILL',
  } as const;
  expect(checkInSession(asked, session)).toEqual([]);
  expect(resolveInSession(asked, session)).toEqual({
    ...session,
    limits: { ...session.limits, ...asked.limits },
    onOutputLimit: 'KILL',
  });
});

test('what is wider, and what belongs to the sandbox, is refused by name', () => {
  const asked = {
    limits: { timeoutMs: 10_001, memoryBytes: 2 ** 27, workspaceBytes: 4096 },
    seccomp: 'STRICT',
    runtimeClass: 'runsc',
    profile: 'mine',
    reuse: 'SAME_TENANT',
  } as const;
  expect(fields(checkInSession(asked, session))).toEqual([
    ['policy.limits.timeout', 'POLICY_CEILING_EXCEEDED'],
    ['policy.limits.memory_bytes', 'INVALID_FIELD'],
    ['policy.limits.workspace_bytes', 'INVALID_FIELD'],
    ['policy.profile', 'INVALID_FIELD'],
    ['policy.isolation.seccomp', 'INVALID_FIELD'],
    ['policy.isolation.runtime_class', 'INVALID_FIELD'],
    ['policy.isolation.reuse', 'INVALID_FIELD'],
  ]);
});

test('a session that lives can be narrowed, not widened, and not in the sizes of its disks', () => {
  expect(checkNarrower({ memoryBytes: 2 ** 27, cpuCores: 0.5, processes: 5 }, session, 0)).toEqual([]);
  expect(fields(checkNarrower({ memoryBytes: 2 ** 29, tmpBytes: 4096 }, session, 0))).toEqual([
    ['session.policy.limits.memory_bytes', 'POLICY_CEILING_EXCEEDED'],
    ['session.policy.limits.tmp_bytes', 'INVALID_FIELD'],
  ]);
  expect(fields(checkNarrower({ memoryBytes: 2 ** 20 }, session, 2 ** 25))).toEqual([
    ['session.policy.limits.memory_bytes', 'INVALID_FIELD'],
  ]);
});
