import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit, Reuse } from '../../gen/isol8/v1/policy_pb.ts';
import { refusalFrom } from '../support/client.ts';
import { program, type Request } from '../support/collect.ts';
import { nameIn } from '../support/name-in.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const MIB = 1024n * 1024n;

const POLICY_FILE = `
profiles:
  default: { limits: { processes: 100 } }
  tight: { limits: { timeout: 2s, memory_bytes: 64 MiB }, on_output_limit: KILL }
ceilings:
  limits: { timeout: 1m, memory_bytes: 1 GiB, output_bytes: 2 MiB }
key:
  ceilings: { limits: { memory_bytes: 512 MiB }, isolation: { reuse: SAME_TENANT } }
`;

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isol8-policy-'));
  const path = join(folder, 'policy.yaml');
  await writeFile(path, POLICY_FILE);
  server = await startTestServer({ ISOL8_POLICY_FILE: path, ISOL8_POOL: 'bash=1' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const hello = (policy: Request['policy'] = {}) => program('bash', 'echo hello', { policy });

describe('six violations of six kinds', () => {
  const policy = {
    profile: 'none',
    limits: { timeout: { seconds: 3600n }, memoryBytes: 600n * MIB, processes: 0, outputBytes: 4n * MIB },
    isolation: { runtimeClass: 'kata' },
  };
  const fields = [
    ['policy.profile', 'INVALID_FIELD'],
    ['policy.limits.timeout', 'POLICY_CEILING_EXCEEDED'],
    ['policy.limits.memory_bytes', 'POLICY_CEILING_EXCEEDED'],
    ['policy.limits.processes', 'INVALID_FIELD'],
    ['policy.limits.output_bytes', 'POLICY_CEILING_EXCEEDED'],
    ['policy.isolation.runtime_class', 'NOT_ENFORCEABLE'],
  ];

  test('are six field violations of the call', async () => {
    const { reasons } = await refusalFrom((options) => server.client.isol8.execute(hello(policy), options));
    expect(reasons).toEqual(fields);
  });

  test('and of the dry run', async () => {
    const { violations, policyDigest, effectivePolicy } = await server.client.isol8.resolvePolicy({
      runtime: 'bash',
      policy,
    });
    expect(violations.map(({ field, reason }) => [field, reason])).toEqual(fields);
    expect([policyDigest, effectivePolicy]).toEqual(['', undefined]);
  });
});

test('the dry run, a waiting sandbox, a new one, a used one and a stream tell the same policy and digest', async () => {
  const policy = { limits: { timeout: { seconds: 20n } }, isolation: { reuse: Reuse.SAME_TENANT } };
  const dry = await server.client.isol8.resolvePolicy({ runtime: 'bash', policy });
  expect(dry.violations).toEqual([]);
  expect(dry.policyDigest).toMatch(/^[0-9a-f]{64}$/);
  await server.waiting('bash');
  const pooled = await server.client.isol8.execute(hello(policy));
  // More at once than wait, and long enough that none comes back in time for another.
  const slow = program('bash', 'sleep 2', { policy });
  const together = await Promise.all([slow, slow, slow, slow].map((one) => server.client.isol8.execute(one)));
  const streamed: ExecuteResponse[] = [];
  for await (const { event } of server.client.isol8.executeStream({ execute: hello(policy) })) {
    if (event?.event.case === 'finished') streamed.push(event.event.value);
    if (event?.event.case !== 'started') continue;
    expect(event.event.value).toMatchObject({ policyDigest: dry.policyDigest, effectivePolicy: dry.effectivePolicy });
  }
  const all = [pooled, ...together, ...streamed];
  const origins = new Set(all.map((one) => one?.timings?.sandbox));
  expect(origins).toContain(SandboxOrigin.POOL);
  expect(origins).toContain(SandboxOrigin.REUSED);
  expect(origins).toContain(SandboxOrigin.NEW);
  for (const one of all)
    expect(one).toMatchObject({ policyDigest: dry.policyDigest, effectivePolicy: dry.effectivePolicy });
  expect(dry.effectivePolicy?.limits?.processes).toBe(100);
});

test('a profile that is named holds, and so does what is asked beside it', async () => {
  const policy = { profile: 'tight', limits: { outputBytes: 10n } };
  const { effectivePolicy, outcome, stdout } = await server.client.isol8.execute(
    program('bash', 'echo 0123456789abcdef; sleep 60', { policy }),
  );
  expect(effectivePolicy).toMatchObject({
    profile: 'tight',
    limits: { timeout: { seconds: 2n }, memoryBytes: 64n * MIB, outputBytes: 10n },
    onOutputLimit: OnOutputLimit.KILL,
  });
  expect([nameIn(Outcome, outcome), stdout]).toEqual(['OUTPUT_LIMIT_EXCEEDED', '0123456789']);
});

test('the server tells the ceilings of the key', async () => {
  const { ceilings, defaults, isolationClasses } = await server.client.isol8.getServerInfo({});
  expect(ceilings).toMatchObject({ memoryBytes: 512n * MIB, timeout: { seconds: 60n }, outputBytes: 2n * MIB });
  expect(defaults).toMatchObject({ processes: 100, memoryBytes: 512n * MIB });
  expect(isolationClasses[0]).toMatchObject({ name: 'runc', unenforced: [] });
});

test('an unknown runtime is a refusal of the dry run, too', async () => {
  const { reason } = await refusalFrom((options) => server.client.isol8.resolvePolicy({ runtime: 'cobol' }, options));
  expect(reason).toBe('UNKNOWN_RUNTIME');
});
