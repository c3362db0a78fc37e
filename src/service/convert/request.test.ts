import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ExecuteRequestSchema, OnDisconnect, StdinMode } from '../../../gen/isol8/v1/execution_pb.ts';
import { NetworkMode, OnOutputLimit, Reuse } from '../../../gen/isol8/v1/policy_pb.ts';
import { fromExecuteRequest } from './request.ts';

type Init = MessageInitShape<typeof ExecuteRequestSchema>;

const convert = (init: Init) =>
  fromExecuteRequest(
    create(ExecuteRequestSchema, { runtime: 'bash', source: { case: 'code', value: 'true' }, ...init } as Init),
    { tenant: 'me', grant: undefined },
  );

/** What is wrong on the wire: reason and field of each. */
const found = (init: Init) => convert(init).violations.map(({ field, reason }) => [reason ?? 'INVALID_FIELD', field]);

test('what is set arrives; what is not set stays unset', () => {
  const policy = {
    limits: { timeout: { seconds: 1n, nanos: 500_000_000 }, memoryBytes: 5n, cpuCores: 0.5 },
    network: { mode: NetworkMode.NONE },
    isolation: { seccomp: 'STRICT', runtimeClass: 'runsc', reuse: Reuse.NEVER, writableRoot: false },
    onOutputLimit: OnOutputLimit.KILL,
    profile: 'mine',
  };
  expect(convert({ policy, stdin: Uint8Array.of(1), onDisconnect: OnDisconnect.CANCEL }).request).toMatchObject({
    tenant: 'me',
    source: { kind: 'code', code: 'true' },
    policy: {
      profile: 'mine',
      limits: { timeoutMs: 1500, memoryBytes: 5, cpuCores: 0.5 },
      onOutputLimit: 'KILL',
      reuse: 'NEVER',
      seccomp: 'STRICT',
      runtimeClass: 'runsc',
    },
  });
  const reuse = { policy: { isolation: { reuse: Reuse.SAME_TENANT } } };
  expect(convert(reuse)).toMatchObject({ request: { policy: { reuse: 'SAME_TENANT' } }, violations: [] });
  expect(convert({}).request.policy).toEqual({ limits: {} });
  const session = { sessionId: 's', createSessionIfMissing: true, context: 'c', stdinMode: StdinMode.INTERACTIVE };
  expect(convert(session)).toMatchObject({
    request: { session: { id: 's', create: true }, interactive: true, context: 'c' },
    violations: [],
  });
  expect(convert({ secrets: { A: 'b' } })).toMatchObject({ request: { secrets: { A: 'b' } }, violations: [] });
});

test.each<[string, Init]>([
  ['source', { source: { case: undefined } }],
  ['stdin_mode', { stdin: Uint8Array.of(1), stdinMode: StdinMode.CLOSED }],
  ['stdin_mode', { stdinMode: 9 as never }],
  ['create_session_if_missing', { createSessionIfMissing: true }],
  ['on_disconnect', { onDisconnect: 9 as never }],
  ['policy.profile', { policy: { profile: '' } }],
  ['policy.on_output_limit', { policy: { onOutputLimit: OnOutputLimit.UNSPECIFIED } }],
  ['policy.limits.timeout', { policy: { limits: { timeout: { seconds: 1n, nanos: -1 } } } }],
  ['policy.limits.timeout', { policy: { limits: { timeout: { seconds: 2n ** 62n } } } }],
  ['policy.network.mode', { policy: { network: { mode: NetworkMode.UNSPECIFIED } } }],
  ['policy.isolation.seccomp', { policy: { isolation: { seccomp: '' } } }],
  ['policy.isolation.runtime_class', { policy: { isolation: { runtimeClass: '' } } }],
  ['policy.isolation.reuse', { policy: { isolation: { reuse: 7 as never } } }],
])('%s is wrong (%#)', (field, init) => {
  expect(found(init)).toEqual([['INVALID_FIELD', field]]);
});

test('a limit that was set arrives whatever it is: the engine looks at it', () => {
  const limits = { timeout: { seconds: -1n }, memoryBytes: 0n, cpuCores: Number.NaN, processes: -1 };
  const { request, violations } = convert({ policy: { limits } });
  expect(violations).toEqual([]);
  expect(request.policy.limits).toEqual({ timeoutMs: -1000, memoryBytes: 0, cpuCores: Number.NaN, processes: -1 });
});

test.each<[string, Init]>([
  ['code_url', { source: { case: 'codeUrl', value: {} } }],
  ['request_id', { requestId: 'r' }],
  ['packages', { packages: ['p'] }],
  ['image', { image: 'i' }],
  ['on_disconnect', { onDisconnect: OnDisconnect.DETACH }],
  ['policy.network.mode', { policy: { network: { mode: NetworkMode.FILTERED } } }],
  ['policy.network.mode', { policy: { network: { mode: NetworkMode.OPEN } } }],
  ['policy.network.allow', { policy: { network: { allow: [{}] } } }],
  ['policy.network.deny', { policy: { network: { deny: [{}] } } }],
  ['policy.network.log', { policy: { network: { log: true } } }],
  ['policy.isolation.writable_root', { policy: { isolation: { writableRoot: true } } }],
])('%s is not built', (field, init) => {
  expect(found(init)).toEqual([['NOT_IMPLEMENTED', field]]);
});
