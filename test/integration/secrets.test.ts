import { Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterpreterStart, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit, Reuse } from '../../gen/isol8/v1/policy_pb.ts';
import { formsOf } from '../../src/engine/secrets/forms.ts';
import { PROGRAMS, RUNTIME_NAMES } from '../conformance/runtime-programs.ts';
import { refusalOf } from '../support/client.ts';
import { collect, program, type Request } from '../support/collect.ts';
import { hostProcesses } from '../support/host.ts';
import { untilReady } from '../support/program.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const TOKEN = 'pw/9:Zürich?+Ω "quoted"';
const KEY = 'sk-live-0123456789abcdefghijklmnop';
const secrets = { TOKEN, KEY };

let server: TestServer;
let log = '';
beforeAll(async () => {
  const onLog = (line: string) => {
    log += line;
  };
  server = await startTestServer({ ISOL8_LOG_LEVEL: 'debug' }, onLog);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const execute = (code: string, more: Partial<Request> = {}) =>
  server.client.isol8.execute(program('python', code, { secrets, ...more }));

const PRELUDE = 'import os, sys, time\nT = os.environb[b"TOKEN"]; K = os.environb[b"KEY"]\n';

describe('a program', () => {
  test.each(RUNTIME_NAMES)('of %s has the variable, and its value does not leave', async (runtime) => {
    const request = program(runtime, PROGRAMS[runtime]?.env ?? '', { secrets: { GIVEN: KEY } });
    expect(await server.client.isol8.execute(request)).toMatchObject({ stdout: '***\n', exitCode: 0 });
  });

  test.each([
    { how: 'in an interpreter that waited', interpreter: InterpreterStart.HOT, more: {} },
    { how: 'in one of its own', interpreter: InterpreterStart.COLD, more: { setupScript: ':' } },
  ])('is masked on both streams $how', async ({ interpreter, more }) => {
    await server.waiting('python');
    const code = 'import os, sys\nprint(os.environ["KEY"]); print("no", os.environ["TOKEN"], file=sys.stderr)';
    expect(await execute(code, more)).toMatchObject({
      stdout: '***\n',
      stderr: 'no ***\n',
      stdoutStats: { totalBytes: BigInt(KEY.length + 1), droppedBytes: 0n, truncated: false },
      stderrStats: { totalBytes: BigInt(Buffer.byteLength(TOKEN) + 4), droppedBytes: 0n, truncated: false },
      timings: { interpreter },
    });
  });

  test('is masked amid bytes that are no text', async () => {
    const { stdout, stdoutRaw } = await execute(
      `${PRELUDE}os.write(1, b"\\xff" + T + b"\\x80\\xf0\\x9f" + K + b"\\xfe")`,
    );
    const masked = Buffer.from('ff2a2a2a80f09f2a2a2afe', 'hex');
    expect(Buffer.from(stdoutRaw)).toEqual(masked);
    expect(stdout).toBe(masked.toString());
  });

  test('is masked however it cuts what it writes', async () => {
    const code = `${PRELUDE}for i in range(len(T)): os.write(1, T[i:i+1]); time.sleep(0.005)
os.write(1, b" and " + K[:7]); time.sleep(0.2); os.write(1, K[7:] + b" and " + K[:-1])`;
    const whole = await collect(server.client.isol8, program('python', code, { secrets }));
    expect(String(whole.stdout)).toBe(`*** and *** and ${KEY.slice(0, -1)}`);
    expect(whole.finished.stdoutStats).toMatchObject({ droppedBytes: 0n, truncated: false });
  });

  test('is masked where secrets overlap', async () => {
    const overlapping = { A: 'abcdefgh', B: 'abcdefghijkl', C: 'ijklmnop' };
    const code = 'print("1 abcdefgh 2 abcdefghijkl 3 abcdefghijklmnop 4 abcdefghijk 5")';
    const answer = await execute(code, { secrets: overlapping });
    expect(answer.stdout).toBe('1 *** 2 *** 3 *** 4 ***ijk 5\n');
  });

  test('is masked in the encodings of its language', async () => {
    const code = `${PRELUDE}import base64, binascii, json, urllib.parse as u
for b in (b"", b"a", b"ab"): print(base64.b64encode(b + T).decode(), base64.urlsafe_b64encode(b + T + b"??").decode())
print(T.hex(), T.hex().upper(), u.quote(T), u.quote_plus(T), u.quote(T, safe=""))
print(json.dumps(T.decode()), json.dumps(T.decode(), ensure_ascii=False), repr(T.decode()))`;
    const { stdout } = await execute(code);
    expect(stdout.split('\n').slice(3, 5)).toEqual(['*** *** *** *** ***', `"***" "***" '***'`]);
    // What is left of base64 are characters that hold bits of what stands beside the secret.
    for (const word of stdout.split('\n').slice(0, 3).join(' ').split(' ')) expect(word).toMatch(/^.{0,3}\*{3}.{0,5}$/);
    for (const form of formsOf(TOKEN)) expect(stdout).not.toContain(form);
  });

  test('may write it into a file', async () => {
    const code = `${PRELUDE}open("out", "wb").write(T)`;
    const { files } = await execute(code, { outputPaths: ['out'] });
    expect(files.map(({ content }) => String(Buffer.from(content)))).toEqual([TOKEN]);
  });

  test('leaves nothing of it for the next one in the same sandbox', async () => {
    const policy = { isolation: { reuse: Reuse.SAME_TENANT } };
    await execute('pass', { policy });
    const next = await execute('import os\nprint("KEY" in os.environ)', { policy, secrets: {} });
    expect(next).toMatchObject({ stdout: 'False\n', timings: { sandbox: SandboxOrigin.REUSED } });
  });
});

describe('a set-up script', () => {
  test('has the variables, and its output is masked when it fails', async () => {
    const answer = await execute('pass', { setupScript: 'echo "$KEY"; echo "$TOKEN" >&2; exit 3' });
    expect(answer).toMatchObject({ outcome: Outcome.SETUP_FAILED, exitCode: 3, stdout: '***\n', stderr: '***\n' });
  });

  test('is masked in a stream', async () => {
    const request = program('bash', 'cat left', {
      secrets,
      setupScript: 'echo "$KEY" | tee left; printf "$KEY" | base64',
    });
    expect(String((await collect(server.client.isol8, request)).stdout)).toMatch(/^\*{3}\n\*{3}=*\n\*{3}\n$/);
  });
});

describe('a secret that is cut', () => {
  test.each([OnOutputLimit.TRUNCATE, OnOutputLimit.KILL])(
    'by the cap (%i) shows no beginning',
    async (onOutputLimit) => {
      const straddling = async (before: number) => {
        const code = `${PRELUDE}os.write(1, b"x" * ${before} + K + b"y" * 100000)`;
        const policy = { limits: { outputBytes: 1000n }, onOutputLimit };
        return await execute(code, { policy });
      };
      const [first, middle, last] = await Promise.all([999, 980, 1000 - KEY.length].map(straddling));
      expect(first?.stdout).toBe('x'.repeat(999));
      expect(middle?.stdout).toBe('x'.repeat(980));
      expect(last?.stdout).toBe(`${'x'.repeat(1000 - KEY.length)}***`);
      for (const [answer, kept] of [
        [middle, 980n],
        [last, 1000n],
      ] as const) {
        const { totalBytes = 0n, droppedBytes = 0n, truncated } = answer?.stdoutStats ?? {};
        expect([totalBytes - droppedBytes, truncated]).toEqual([kept, true]);
      }
    },
  );

  test('by the time limit shows no beginning', async () => {
    const code = `${PRELUDE}os.write(1, b"ok " + K[:20]); time.sleep(600)`;
    const answer = await execute(code, { policy: { limits: { timeout: { seconds: 1n } } } });
    expect(answer).toMatchObject({
      outcome: Outcome.TIMED_OUT,
      stdout: 'ok ',
      stdoutStats: { totalBytes: 23n, droppedBytes: 20n, truncated: true },
    });
  });
});

describe('what isol8 says of a request', () => {
  test('does not name what a refusal is about', async () => {
    const request = { workingDirectory: `/etc/${KEY}`, files: [{ path: `../${TOKEN}` }], outputPaths: [`/${KEY}`] };
    let trailer: Parameters<typeof refusalOf>[1];
    const onTrailer = (received: typeof trailer) => {
      trailer = received;
    };
    const call = server.client.isol8.execute(program('python', 'pass', { secrets, ...request }), { onTrailer });
    const refusal = await call.catch((error: unknown) => refusalOf(error, trailer));
    expect(refusal).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      fields: ['working_directory', 'files[0].path', 'output_paths[0]'],
      message: expect.stringContaining('/etc/***'),
    });
    const bytes = trailer?.get('grpc-status-details-bin') as Uint8Array;
    for (const said of [JSON.stringify(refusal), Buffer.from(bytes).toString('utf8')]) expectNone(said);
  });

  test('does not name where it failed', async () => {
    const directory = await execute('pass', { workingDirectory: `/sandbox/${KEY}` });
    expect(directory.outcome).toBe(Outcome.SETUP_FAILED);
    expect(directory.message).toContain('working_directory /sandbox/*** is not');
    const files = [{ path: `${KEY}/a`, content: new Uint8Array(100_000) }];
    const full = await execute('pass', { files, policy: { limits: { workspaceBytes: 8192n } } });
    expect(full.outcome).toBe(Outcome.SETUP_FAILED);
    expect(full.message).toMatch(/^\*{3}\/a does not fit/);
  });

  test('does not name a variable that kept a program from an interpreter that waited', async () => {
    await server.waiting('bun');
    const request = program('bun', 'console.log(1)', { secrets, env: { [KEY]: '1' } });
    const { timings } = await server.client.isol8.execute(request);
    expect(timings?.interpreter).toBe(InterpreterStart.COLD);
    expect(timings?.coldReason).toMatch(/^env\./);
    expectNone(timings?.coldReason ?? '');
  });

  test('does not name paths, and gives back no file whose name is one', async () => {
    const code = `${PRELUDE}open(b"is-" + K + b".txt", "w").write("x"); open("other.txt", "w")`;
    const more = { outputPaths: ['*.txt', KEY] };
    const whole = await collect(server.client.isol8, program('python', code, { secrets, ...more }));
    expect([...whole.files.keys()]).toEqual(['other.txt']);
    expect(whole.finished.missingOutputPaths).toMatchObject([
      { path: 'is-***.txt', reason: 'has the value of a secret in its name' },
      { path: '***', reason: 'does not exist' },
    ]);
  });
});

test('Docker and the host’s processes do not have it while the program does', async () => {
  const code = 'echo "ready $(id -u)"; sleep 600; echo "$KEY"';
  const running = await untilReady(server.client, program('bash', code, { secrets }));
  const seen = await Promise.all(
    (await server.containers()).map((id) => server.docker.client.getContainer(id).inspect()),
  );
  expect(seen.length).toBeGreaterThan(0);
  expectNone(JSON.stringify(seen));
  const commands = hostProcesses().map(({ command }) => command);
  expect(commands.length).toBeGreaterThan(0);
  expectNone(commands.join('\n'));
  await server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: running.id } });
  await running.finished();
});

test('and the log of all this does not have it', () => {
  expect(log).toContain('"reason":"INVALID_FIELD"');
  expect(log).toContain('"outcome":"CANCELLED"');
  expectNone(log);
});

/** Nothing of a secret, in any form of it. */
function expectNone(text: string): void {
  for (const value of Object.values(secrets)) {
    for (const form of formsOf(value)) expect(text.includes(form), form).toBe(false);
  }
}
