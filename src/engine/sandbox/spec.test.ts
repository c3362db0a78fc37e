import { expect, test } from 'vitest';
import { resolvePolicy } from '../policy/resolve.ts';
import { platformRules } from '../policy/rules.ts';
import { DEFAULT_SECCOMP } from './seccomp.ts';
import { containerMemoryBytes, containerSpec } from './spec.ts';

const policy = resolvePolicy({ limits: {} }, platformRules({ cpus: 8, memoryBytes: 2 ** 36 }), 0);
const owner = { instance: 'i1', process: 'p1' };
const inputs = {
  image: 'sha256:abc',
  runtime: 'python',
  seccomp: DEFAULT_SECCOMP,
  uid: 30_007,
  guestVolume: 'isol8-guest-1',
  owner,
};

test('the spec of the default policy', () => {
  const spec = containerSpec(policy, inputs);
  const [, seccomp] = spec.HostConfig.SecurityOpt;
  expect(seccomp).toMatch(/^seccomp=\{/);
  expect({
    ...spec,
    HostConfig: { ...spec.HostConfig, SecurityOpt: spec.HostConfig.SecurityOpt.slice(0, 1) },
  }).toMatchSnapshot();
});

test('no allow-list has what makes namespaces, rings or keys', () => {
  const [, seccomp = ''] = containerSpec(policy, inputs).HostConfig.SecurityOpt;
  const profile = JSON.parse(seccomp.slice('seccomp='.length)) as { syscalls: { names: string[]; action: string }[] };
  const allowed = profile.syscalls.filter((rule) => rule.action === 'SCMP_ACT_ALLOW').flatMap((rule) => rule.names);
  for (const name of [
    'unshare',
    'setns',
    'mount',
    'io_uring_setup',
    'keyctl',
    'add_key',
    'bpf',
    'perf_event_open',
    'userfaultfd',
  ]) {
    expect(allowed).not.toContain(name);
  }
});

test('the cgroup has room for memory, every file system in memory and the guest', () => {
  const { memoryBytes, workspaceBytes, tmpBytes } = policy.limits;
  expect(containerMemoryBytes(policy)).toBeGreaterThan(memoryBytes + workspaceBytes + tmpBytes + 64 * 2 ** 20);
});
