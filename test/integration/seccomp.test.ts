import type { Metadata } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { Reuse } from '../../gen/isol8/v1/policy_pb.ts';
import { DEFAULT_SECCOMP } from '../../src/engine/sandbox/seccomp.ts';
import { type Refusal, refusalOf } from '../support/client.ts';
import { program } from '../support/collect.ts';
import { type PolicyFile, writePolicyFile } from '../support/policy-file.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { DENIED_BY_STRICT, NEVER_ALLOWED, SYSCALLS } from './seccomp-programs.ts';

const NO_MKDIR = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
};

let server: TestServer;
let policy: PolicyFile;
beforeAll(async () => {
  policy = await writePolicyFile({ seccomp_profiles: { 'no-mkdir': 'no-mkdir.json' } }, { 'no-mkdir.json': NO_MKDIR });
  server = await startTestServer({ ...NO_POOL, ...policy.environment });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await policy[Symbol.asyncDispose]();
});

function run(seccomp: string, code: string): Promise<ExecuteResponse> {
  return server.client.isol8.execute(program('python', code, { policy: { isolation: { seccomp } } }));
}

/** What each call comes to, by its name: 0, or an errno's name. */
async function outcomes(seccomp: string, calls: string): Promise<Record<string, string>> {
  const { stdout, stderr, outcome } = await run(seccomp, `${SYSCALLS}\n${calls}`);
  expect(outcome, stderr).toBe(Outcome.EXITED);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
}

describe('STRICT', () => {
  test('refuses what DEFAULT lets through', async () => {
    const [strict, usual] = await Promise.all(['STRICT', 'DEFAULT'].map((name) => outcomes(name, DENIED_BY_STRICT)));
    const names = Object.keys(usual ?? {});
    expect(names.length).toBeGreaterThan(15);
    expect(strict).toEqual(Object.fromEntries(names.map((name) => [name, 'EPERM'])));
    expect(usual).toEqual(Object.fromEntries(names.map((name) => [name, '0'])));
  });

  test.each(['DEFAULT', 'STRICT'])(
    '%s refuses namespaces, mounts, rings, keys and programs of the kernel',
    async (name) => {
      const found = await outcomes(name, NEVER_ALLOWED);
      expect(Object.keys(found).length).toBeGreaterThan(10);
      // clone3 answers ENOSYS, so that libc takes clone.
      expect([...new Set(Object.values(found))].sort()).toEqual(['ENOSYS', 'EPERM']);
    },
  );

  test('lets a sandbox be used again', async () => {
    const policy = { isolation: { seccomp: 'STRICT', reuse: Reuse.SAME_TENANT } };
    const again = () => server.client.isol8.execute(program('python', 'print(1)', { policy }));
    expect((await again()).timings?.sandbox).toBe(SandboxOrigin.NEW);
    expect((await again()).timings?.sandbox).toBe(SandboxOrigin.REUSED);
  });

  test('is what the answer says', async () => {
    const { effectivePolicy } = await run('STRICT', '');
    expect(effectivePolicy?.isolation?.seccomp).toBe('STRICT');
  });
});

describe('a profile of the operator', () => {
  const MKDIR =
    "import os\ntry:\n  os.mkdir('new')\nexcept OSError as error:\n  print(error.errno)\nelse:\n  print('made')";

  test('that denies mkdir makes it fail with errno 1', async () => {
    expect((await run('no-mkdir', MKDIR)).stdout).toBe('1\n');
    expect((await run('DEFAULT', MKDIR)).stdout).toBe('made\n');
  });

  test('that is not there is refused, with those that are', async () => {
    const { code, reason, fields, message } = await refused('no-such');
    expect({ reason, fields }).toEqual({ reason: 'INVALID_FIELD', fields: ['policy.isolation.seccomp'] });
    expect(message).toContain('use DEFAULT, STRICT, no-mkdir');
    expect(code).toBe(3);
  });
});

async function refused(seccomp: string): Promise<Refusal> {
  let trailer: Metadata | undefined;
  const request = program('bash', 'echo ran', { policy: { isolation: { seccomp } } });
  const options = {
    onTrailer(metadata: Metadata) {
      trailer = metadata;
    },
  };
  try {
    await server.client.isol8.execute(request, options);
  } catch (error) {
    return refusalOf(error, trailer);
  }
  throw new Error('was not refused');
}

/** DEFAULT with some calls refused. */
function without(...names: string[]) {
  const rules = DEFAULT_SECCOMP.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((name) => !names.includes(name)),
  }));
  return { ...DEFAULT_SECCOMP, syscalls: rules.filter(({ names }) => names.length > 0) };
}

describe('the server does not start', () => {
  test.each<[string, string | object, RegExp]>([
    ['with a profile that is not JSON', '{', /is not JSON .*in the form that Docker takes/],
    ['with a profile in another form', { default: 'deny' }, /no seccomp profile in the form that Docker takes: /],
    ['with one in which no process can be started', without('clone'), /no sandbox works with it: /],
    ['with one in which nobody becomes the code’s user', without('setresuid', 'setuid'), /no sandbox works with it: /],
    ['with one in which nothing is executed', without('execve'), /no sandbox works with it: /],
    [
      'with one that the runtime does not take',
      { ...NO_MKDIR, architectures: ['SCMP_ARCH_Z80'] },
      /no sandbox works with it: /,
    ],
  ])('%s', async (_, profile, message) => {
    await using broken = await writePolicyFile({ seccomp_profiles: { mine: 'mine.json' } }, { 'mine.json': profile });
    const error = await started(broken);
    expect(error?.name).toBe('ConfigError');
    expect(error?.message).toMatch(/^ISOL8_POLICY_FILE: seccomp_profiles\.mine: [^\n]+$/);
    expect(error?.message).toMatch(message);
  });

  test('with a profile that is missing, and a name that isol8 has: a line for each', async () => {
    await using broken = await writePolicyFile({ seccomp_profiles: { mine: 'gone.json', STRICT: 'gone.json' } });
    expect((await started(broken))?.message.split('\n')).toEqual([
      expect.stringMatching(/^ISOL8_POLICY_FILE: seccomp_profiles\.mine: cannot be read: ENOENT.*gone\.json/),
      'ISOL8_POLICY_FILE: seccomp_profiles.STRICT: is a profile of isol8 itself: use another name',
    ]);
  });

  async function started({ environment }: PolicyFile): Promise<Error | undefined> {
    try {
      await using _ = await startTestServer({ ...NO_POOL, ...environment });
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
});
