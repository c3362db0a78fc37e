import { afterAll, beforeAll, expect, test } from 'vitest';
import { guestBinaryPath } from '../../../src/engine/guest/binary.ts';
import { VolumeGuestSupply } from '../../../src/engine/sandbox/guest-supply.ts';
import { DEFAULT_SECCOMP, type SeccompProfile } from '../../../src/engine/sandbox/seccomp.ts';
import type { SelfTestResult } from '../../../src/engine/types.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { EngineBench } from '../../support/engine.ts';

/** Every system call, and every instruction set. */
const ALLOW_ALL = { ...DEFAULT_SECCOMP, defaultAction: 'SCMP_ACT_ALLOW', archMap: [], syscalls: [] };

/** What nothing but the filter keeps from programs, on any host. */
const HELD_BY_THE_FILTER = ['keyrings', 'kernel-aio', 'user-fault-handling', 'file-watching'];

/** What the filter keeps from them, and some hosts too: that is settled by a setting of the host, or of its kernel. */
const HELD_BY_SOME_HOSTS = [
  'user-namespace',
  'user-namespace-by-clone',
  'user-namespace-by-clone3',
  'other-namespaces',
  'mount-tmpfs',
  'new-mount-calls',
  'change-root',
  'cgroup-mount',
  'bind-mount',
  'foreign-instructions',
  'io-uring',
  'bpf',
  'performance-counters',
  'raw-sockets',
  'packet-sockets',
  'other-socket-families',
  'kernel-log',
  'files-by-handle',
  'device-nodes',
];

let bench: EngineBench;
let results: readonly SelfTestResult[];
beforeAll(async () => {
  bench = await EngineBench.open();
  const binary = guestBinaryPath(bench.docker.info.architecture);
  const guests = await VolumeGuestSupply.open(bench.docker, binary, bench.owner, createLog('silent'));
  await using engine = bench.engine(guests, undefined, undefined, [], ALLOW_ALL as unknown as SeccompProfile);
  const signal = new AbortController().signal;
  results = await engine.selfTest({ cases: [], policy: { limits: {} } }, signal);
});
afterAll(() => bench[Symbol.asyncDispose]());

const succeeded = () => results.filter(({ verdict }) => verdict === 'SUCCEEDED').map(({ name }) => name);

test('a filter that allows all is found out, and what it lets through is named', () => {
  expect(succeeded()).toEqual(expect.arrayContaining(HELD_BY_THE_FILTER));
});

test('nothing else but what the filter keeps from programs gets through', () => {
  const known = [...HELD_BY_THE_FILTER, ...HELD_BY_SOME_HOSTS];
  expect(succeeded().filter((name) => !known.includes(name))).toEqual([]);
});

test('every attempt came to its end', () => {
  expect(results.filter(({ verdict }) => verdict === 'NOT_JUDGED')).toEqual([]);
});
