import type { Metadata } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterpreterStart, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { everyRuntime } from '../conformance/runtime-suite.ts';
import { type Refusal, refusalOf } from '../support/client.ts';
import { program, type Request } from '../support/collect.ts';
import { type PolicyFile, writePolicyFile } from '../support/policy-file.ts';
import { BROKEN, bringRunsc, RUNSC } from '../support/runsc.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';

/** What Debian's gVisor does not enforce without cgroups. */
const UNENFORCED = ['isolation.seccomp', 'limits.cpu_cores', 'limits.memory_bytes'];
const MIB = 1024n * 1024n;

const inRunsc = { isolation: { runtimeClass: RUNSC } };

let runsc: AsyncDisposable;
const opened: AsyncDisposable[] = [];
beforeAll(async () => {
  runsc = await bringRunsc();
});
afterAll(async () => {
  for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  await runsc[Symbol.asyncDispose]();
});

/** A server whose operator accepts what a class does not enforce. */
async function serverThatAccepts(accepted: readonly string[], more: object = {}, settings = {}): Promise<TestServer> {
  const policy: PolicyFile = await writePolicyFile({
    runtime_classes: { [RUNSC]: { accept_unenforced: accepted } },
    ...more,
  });
  opened.push(policy);
  const server = await startTestServer({ ...settings, ...policy.environment });
  return server;
}

async function refused(server: TestServer, policy: Request['policy']): Promise<Refusal> {
  let trailer: Metadata | undefined;
  const options = {
    onTrailer(metadata: Metadata) {
      trailer = metadata;
    },
  };
  try {
    await server.client.isol8.execute(program('bash', 'echo ran', policy === undefined ? {} : { policy }), options);
  } catch (error) {
    return refusalOf(error, trailer);
  }
  throw new Error('was not refused');
}

describe('where the operator accepts nothing', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(NO_POOL);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('gVisor is refused, with everything that it does not enforce', async () => {
    const { message, reason } = await refused(server, inRunsc);
    expect(reason).toBe('NOT_ENFORCEABLE');
    for (const field of UNENFORCED) expect(message).toContain(`policy.${field}: is not enforced by runsc on this host`);
  });

  test('a class that Docker does not have is refused, with those that it has', async () => {
    const { message, reason } = await refused(server, { isolation: { runtimeClass: 'kata' } });
    expect(reason).toBe('NOT_ENFORCEABLE');
    expect(message).toMatch(/kata is no runtime of this Docker: use runc, .*runsc/);
  });

  test('a class in which no sandbox works is refused, and the server runs', async () => {
    const { message, reason } = await refused(server, { isolation: { runtimeClass: BROKEN } });
    expect(reason).toBe('NOT_ENFORCEABLE');
    expect(message).toContain(`policy.isolation.runtime_class: ${BROKEN} cannot be used on this host: `);
    expect((await server.client.isol8.execute(program('bash', 'echo runs'))).stdout).toBe('runs\n');
  });

  test('GetServerInfo says what each class does not enforce', async () => {
    const { isolationClasses } = await server.client.isol8.getServerInfo({});
    const told = Object.fromEntries(isolationClasses.map(({ name, unenforced }) => [name, unenforced]));
    expect(told).toMatchObject({ runc: [], [RUNSC]: UNENFORCED });
    expect(Object.keys(told)).not.toContain(BROKEN);
  });
});

test('what is accepted in part is refused for the rest', async () => {
  await using server = await serverThatAccepts(['limits.memory_bytes', 'isolation.seccomp'], {}, NO_POOL);
  const { message, reason } = await refused(server, inRunsc);
  expect(reason).toBe('NOT_ENFORCEABLE');
  expect(message).toContain('policy.limits.cpu_cores: is not enforced by runsc');
  expect(message).not.toContain('memory_bytes');
});

test('where it is the only class allowed, the server starts and refuses everybody', async () => {
  await using server = await serverThatAccepts([], { ceilings: { isolation: { runtime_class: [RUNSC] } } });
  const { message, reason } = await refused(server, undefined);
  expect(reason).toBe('NOT_ENFORCEABLE');
  expect(message).toContain('policy.limits.memory_bytes: is not enforced by runsc');
  expect(server.app.engine.healthy).toBe(true);
});

test('what nobody can accept ends the start', async () => {
  await expect(serverThatAccepts(['limits.timeout'])).rejects.toThrow(
    /ISOL8_POLICY_FILE: runtime_classes\.runsc\.accept_unenforced: there is no "limits\.timeout"/,
  );
});

describe('where the operator accepts it', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serverThatAccepts(UNENFORCED, { profiles: { default: { isolation: { runtime_class: RUNSC } } } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('programs run in gVisor, and the answer says what does not hold', async () => {
    const request = program('bash', 'dmesg | head -n1', { policy: inRunsc });
    const { stdout, outcome, effectivePolicy } = await server.client.isol8.execute(request);
    expect(outcome).toBe(Outcome.EXITED);
    expect(stdout).toContain('Starting gVisor');
    expect(effectivePolicy?.isolation?.runtimeClass).toBe(RUNSC);
    expect(effectivePolicy?.unenforced).toEqual(UNENFORCED);
  });

  test('memory really is not limited there, and processes, files and disks are', async () => {
    const code = `
import os, time
whole = bytearray(b'x') * (100 << 20)
print(len(whole) >> 20)
children = 0
try:
  while children < 100:
    if os.fork() == 0:
      time.sleep(60)
    children += 1
except BlockingIOError:
  print('processes', children <= 20)
try:
  files = [open('/dev/null') for _ in range(100)]
except OSError as error:
  print(error.strerror)
for path in ['/sandbox/file', '/tmp/file']:
  try:
    open(path, 'wb').write(whole)
  except OSError as error:
    print(error.strerror)
`;
    const limits = { memoryBytes: 32n * MIB, processes: 20, openFiles: 50, workspaceBytes: MIB, tmpBytes: MIB };
    const { stdout, stderr } = await server.client.isol8.execute(program('python', code, { policy: { limits } }));
    expect(stdout, stderr).toBe(
      '100\nprocesses True\nToo many open files\nNo space left on device\nNo space left on device\n',
    );
  });

  test.each(['python', 'node', 'bun', 'deno'])('an interpreter of %s waits and runs the program', async (runtime) => {
    await server.waiting(runtime);
    const print = runtime === 'python' ? 'print(1)' : 'console.log(1)';
    const { timings, stdout } = await server.client.isol8.execute(program(runtime, print));
    expect(stdout).toBe('1\n');
    expect(timings?.sandbox).toBe(SandboxOrigin.POOL);
    expect(timings?.interpreter).toBe(InterpreterStart.HOT);
  });

  test('limits of one that waits are not changed: Docker cannot, so another is started', async () => {
    await server.waiting('bash');
    const policy = { limits: { processes: 77 } };
    const { timings, stdout } = await server.client.isol8.execute(program('bash', 'ulimit -u', { policy }));
    expect(stdout).toBe('77\n');
    expect(timings?.sandbox).toBe(SandboxOrigin.NEW);
  });

  test('code cannot get at its guest', async () => {
    const looks = ['ls /proc/1/fd', 'head -c1 /proc/1/mem', 'kill -0 1', 'true > /proc/1/oom_score_adj'];
    const more = ['cat /.isol8/isol8-guest', 'true > /x', 'true > /proc/1/fd/1'];
    const all = [...looks, ...more].map((look) => `(${look}) >/dev/null 2>&1 && echo '${look}'`);
    const { stdout } = await server.client.isol8.execute(program('bash', `${all.join('\n')}\necho end`));
    expect(stdout).toBe('end\n');
  });
});

describe('conformance in gVisor', () => {
  everyRuntime(() => serverThatAccepts(UNENFORCED, {}, NO_POOL), inRunsc);
});
