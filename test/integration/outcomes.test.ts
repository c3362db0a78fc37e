import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome, Phase } from '../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit, Reuse } from '../../gen/isol8/v1/policy_pb.ts';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { refusalFrom } from '../support/client.ts';
import { program, type Request } from '../support/collect.ts';
import { DockerDaemon } from '../support/docker-daemon.ts';
import { nameIn } from '../support/name-in.ts';
import { type ReadyProgram, untilReady } from '../support/program.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';

/** Every fault is injected so often: an outcome that depends on who is first would show. */
const TIMES = 3;
const MIB = 1024n * 1024n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'bash=2,python=2' });
});
afterAll(() => server[Symbol.asyncDispose]());

const python = (code: string, more: Partial<Request> = {}) => program('python', code, more);
const bash = (code: string, more: Partial<Request> = {}) => program('bash', code, more);
const limits = (given: NonNullable<NonNullable<Request['policy']>['limits']>) => ({ policy: { limits: given } });

/** What a test looks at, readable when it differs. */
function seen({ outcome, phase, exitCode, signal, stdout, stderr, usage }: ExecuteResponse) {
  const oomKills = usage?.oomKills;
  return { outcome: nameIn(Outcome, outcome), phase: nameIn(Phase, phase), exitCode, signal, stdout, stderr, oomKills };
}

const FILL = 'print("before", flush=True)\nblocks = []\nwhile True: blocks.append(bytearray(b"x" * 1048576))';

describe.each<[string, Request, object]>([
  [
    'exit',
    bash('echo out; echo err >&2; exit 7'),
    { outcome: 'EXITED', exitCode: 7, stdout: 'out\n', stderr: 'err\n' },
  ],
  [
    'memory of the program',
    python(FILL, limits({ memoryBytes: 64n * MIB })),
    { outcome: 'OUT_OF_MEMORY', signal: 9, stdout: 'before\n' },
  ],
  [
    'memory of a child alone',
    python(
      `import subprocess, sys\nprint(subprocess.run([sys.executable, "-c", ${JSON.stringify(FILL)}]).returncode)`,
      limits({ memoryBytes: 64n * MIB }),
    ),
    { outcome: 'EXITED', exitCode: 0, stdout: 'before\n-9\n', oomKills: 1n },
  ],
  [
    'time in the set-up',
    bash('echo never', { setupScript: 'echo setting up; sleep 60', ...limits({ timeout: { seconds: 1n } }) }),
    { outcome: 'TIMED_OUT', phase: 'SETUP', stdout: 'setting up\n' },
  ],
  [
    'time in the program',
    bash('echo running; sleep 60', limits({ timeout: { seconds: 1n } })),
    { outcome: 'TIMED_OUT', phase: 'RUN', signal: 9, stdout: 'running\n' },
  ],
  [
    'output, where it kills',
    bash('while :; do echo 0123456789; done', {
      policy: { limits: { outputBytes: 22n }, onOutputLimit: OnOutputLimit.KILL },
    }),
    { outcome: 'OUTPUT_LIMIT_EXCEEDED', signal: 9, stdout: '0123456789\n0123456789\n' },
  ],
  [
    'processes',
    python(
      'import os, time\nn = 0\ntry:\n  while n < 40:\n    if os.fork() == 0: time.sleep(60)\n    n += 1\nexcept OSError as e:\n  print(n, e.errno)',
      limits({ processes: 10 }),
    ),
    { outcome: 'EXITED', exitCode: 0, stdout: '9 11\n' },
  ],
  [
    'open files',
    python(
      'import os\nn = 0\ntry:\n  while True: os.dup(0); n += 1\nexcept OSError as e:\n  print(n + 3, e.errno)',
      limits({ openFiles: 64 }),
    ),
    { outcome: 'EXITED', exitCode: 0, stdout: '64 24\n' },
  ],
  [
    'processors',
    python(
      'import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass\nprint(time.process_time() < 1.2)',
      limits({ cpuCores: 0.25 }),
    ),
    { outcome: 'EXITED', exitCode: 0, stdout: 'True\n' },
  ],
  [
    'a full /tmp',
    bash('head -c 2M /dev/zero > /tmp/big || { echo full; exit 3; }', limits({ tmpBytes: MIB })),
    { outcome: 'EXITED', exitCode: 3, stdout: 'full\n' },
  ],
  [
    'a full disk under the program',
    bash('head -c 2M /dev/zero > big || { echo full; exit 3; }', limits({ workspaceBytes: MIB })),
    { outcome: 'EXITED', exitCode: 3, stdout: 'full\n' },
  ],
  [
    'a full disk under the files',
    bash('echo never', {
      files: [{ path: 'big', content: new Uint8Array(2 ** 21) }],
      ...limits({ workspaceBytes: MIB }),
    }),
    { outcome: 'SETUP_FAILED', phase: 'PREPARE', stdout: '' },
  ],
  [
    'a set-up that fails',
    bash('echo never', { setupScript: 'echo no; exit 4' }),
    { outcome: 'SETUP_FAILED', phase: 'SETUP', exitCode: 4, stdout: 'no\n' },
  ],
])('%s', (_, request, expected) => {
  test.each(Array.from({ length: TIMES }, (_, i) => i + 1))('%i', async () => {
    expect(seen(await server.client.isol8.execute(request))).toMatchObject(expected);
  });
});

describe('signals', () => {
  // A sandbox that was used does it in a tenth of the time, and has to be as good.
  const isolation = { reuse: Reuse.SAME_TENANT };
  /** What they do to a program that does nothing about them. */
  const IGNORED = [17, 18, 23, 28];
  const STOPPING = [19, 20, 21, 22];
  const DEADLY = Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => ![...IGNORED, ...STOPPING].includes(n));
  // Signals that the interpreter handles itself (SIGINT, SIGPIPE, SIGXFSZ) get their usual action back; those that the C
  // library keeps for itself can only be sent.
  const raise = (number: number) => `
import os, signal
if ${number} not in (9, 19, 32, 33): signal.signal(${number}, signal.SIG_DFL)
print("before", flush=True)
os.kill(os.getpid(), ${number})
print("after")
`;
  test.each(DEADLY)('%i ends a program', async (number) => {
    expect(seen(await server.client.isol8.execute(python(raise(number), { policy: { isolation } })))).toMatchObject({
      outcome: 'SIGNALED',
      signal: number,
      stdout: 'before\n',
    });
  });
  test.each(IGNORED)('%i does not', async (number) => {
    const answer = await server.client.isol8.execute(python(raise(number), { policy: { isolation } }));
    expect(seen(answer)).toMatchObject({ outcome: 'EXITED', exitCode: 0, stdout: 'before\nafter\n' });
  });
  test.each(STOPPING)('%i holds it until its time is up', async (number) => {
    const answer = await server.client.isol8.execute(
      python(raise(number), { policy: { isolation, limits: { timeout: { seconds: 1n } } } }),
    );
    // A process group that has no terminal and no parent in its session cannot be stopped from a terminal: 20 to 22.
    const stops = number === 19;
    const expected = stops ? { outcome: 'TIMED_OUT', signal: 9 } : { outcome: 'EXITED', exitCode: 0 };
    expect(seen(answer)).toMatchObject(expected);
  });
});

const LASTING = bash('echo "ready $(id -u)"; echo kept; sleep 300');

describe('what happens to a sandbox while it runs', () => {
  const container = async ({ uid }: ReadyProgram) => {
    const [found] = await listContainers(server.docker, `${LABELS.uid}=${uid}`);
    return server.docker.client.getContainer(found?.id ?? '');
  };
  const faults: [string, (running: ReadyProgram) => Promise<unknown>, string][] = [
    [
      'its guest is killed',
      async (running) => process.kill((await (await container(running)).inspect()).State.Pid, 'SIGKILL'),
      'SANDBOX_LOST',
    ],
    ['its container is killed', async (running) => (await container(running)).kill(), 'SANDBOX_LOST'],
    ['its container is removed', async (running) => (await container(running)).remove({ force: true }), 'SANDBOX_LOST'],
    [
      'it is cancelled',
      ({ id }) => server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: id } }),
      'CANCELLED',
    ],
  ];
  describe.each(faults)('%s', (_, inject, outcome) => {
    test.each(Array.from({ length: TIMES }, (_, i) => i + 1))('%i', async () => {
      const running = await untilReady(server.client, LASTING);
      await inject(running);
      expect(nameIn(Outcome, (await running.finished()).outcome)).toBe(outcome);
    });
  });
});

test('a drain cancels what outlasts it', async () => {
  const drained = await startTestServer({ ...NO_POOL, ISOL8_DRAIN_TIMEOUT: '0' });
  const running = await untilReady(drained.client, LASTING);
  await drained.app.drain();
  expect(nameIn(Outcome, (await running.finished()).outcome)).toBe('CANCELLED');
  await drained[Symbol.asyncDispose]();
});

test('a daemon that is restarted loses what ran and nothing else, and an image that is missing is named', async () => {
  await using daemon = await DockerDaemon.start(['isol8/bash:latest']);
  const own = await startTestServer({ DOCKER_HOST: daemon.host, ISOL8_POOL: 'bash=1' });
  try {
    for (let time = 0; time < TIMES; time++) {
      await own.waiting('bash');
      const running = await untilReady(own.client, LASTING);
      await daemon.end();
      expect(nameIn(Outcome, (await running.finished()).outcome)).toBe('SANDBOX_LOST');
      const refused = await refusalFrom((options) => own.client.isol8.execute(bash('echo hello'), options));
      expect(refused.reason).toBe('DOCKER_UNAVAILABLE');
      await daemon.begin();
      await expect.poll(() => own.app.engine.healthy, { timeout: 30_000 }).toBe(true);
      const answer = await own.client.isol8.execute(bash('echo hello'));
      expect(seen(answer)).toMatchObject({ outcome: 'EXITED', stdout: 'hello\n' });
      await own.settled();
    }
    const missing = await refusalFrom((options) => own.client.isol8.execute(python('pass'), options));
    expect(missing.reason).toBe('IMAGE_MISSING');
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
