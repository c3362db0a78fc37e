import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Isol8 } from '../../clients/typescript/src/index.ts';
import {
  ConnectionLostError,
  ExecutionFailedError,
  type ExecutionRequest,
  type Isol8Options,
  NotFoundError,
  RemoteIsol8,
  type StreamEvent,
  UnauthenticatedError,
} from '../../clients/typescript/src/remote/index.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const opened: RemoteIsol8[] = [];
afterEach(async () => {
  for (const remote of opened.splice(0)) await remote.stop();
});

function remoteWith(options: Isol8Options = {}, sessionId?: string): RemoteIsol8 {
  const where = { host: `http://${server.address}`, apiKey: TEST_KEY };
  const remote = new RemoteIsol8(sessionId === undefined ? where : { ...where, sessionId }, options);
  opened.push(remote);
  return remote;
}

async function eventsOf(remote: RemoteIsol8, request: ExecutionRequest): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of remote.executeStream(request)) events.push(event);
  return events;
}

const joined = (events: StreamEvent[], type: StreamEvent['type']) =>
  events.flatMap((event) => (event.type === type ? event.data : [])).join('');

describe('starting', () => {
  test('E27: and stopping twice is no error; what was stopped can be used again', async () => {
    const remote = remoteWith({}, 'twice');
    await remote.start();
    await remote.start();
    await remote.stop();
    await remote.stop();
    expect(await remote.execute({ runtime: 'bash', code: 'echo again' })).toMatchObject({
      stdout: 'again',
      exitCode: 0,
    });
  });

  test('says what is wrong with the server or the key', async () => {
    const nowhere = new RemoteIsol8({ host: 'http://127.0.0.1:1', apiKey: TEST_KEY });
    await expect(nowhere.start()).rejects.toThrow(ConnectionLostError);
    await nowhere.stop();
    const stranger = new RemoteIsol8({ host: server.address, apiKey: 'not-the-key-0123456789' });
    await expect(stranger.start()).rejects.toThrow(UnauthenticatedError);
    await stranger.stop();
  });
});

describe('executing', () => {
  test('E06, E07, E16: exit code, output and the shape of a result', async () => {
    const result = await remoteWith().execute({
      runtime: 'python',
      code: 'import sys; print("out  "); print("err", file=sys.stderr); sys.exit(42)',
    });
    expect(result).toEqual({
      stdout: 'out',
      stderr: 'err',
      exitCode: 42,
      durationMs: expect.any(Number),
      truncated: false,
      executionId: expect.stringMatching(/^\w+$/),
      runtime: 'python',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      outcome: 'EXITED',
      resourceUsage: expect.any(Object),
    });
    expect(result.durationMs).toBeGreaterThan(0);
  });

  test('E18, E25, P07: environment, standard input, files in and out, working directory', async () => {
    const { stdout, files } = await remoteWith().execute({
      runtime: 'python',
      code: 'import os, sys; print(os.getcwd(), os.environ["A"], sys.stdin.read(), open("/sandbox/in.txt").read()); open("out.bin", "wb").write(bytes(range(256)))',
      env: { A: 'b' },
      stdin: 'typed',
      files: { '/sandbox/in.txt': Buffer.from('given') },
      setupScript: 'mkdir -p project',
      workdir: '/sandbox/project',
      outputPaths: ['/sandbox/project/out.bin', 'not-there'],
    });
    expect(stdout).toBe('/sandbox/project b typed given');
    expect(files).toEqual({
      '/sandbox/project/out.bin': Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64'),
    });
  });

  test('L03, L04, L06, L17: limits of the options and of the request', async () => {
    const remote = remoteWith({
      timeoutMs: 1_000,
      memoryLimit: '32m',
      maxOutputSize: 1_024,
      cpuLimit: 0.5,
      pidsLimit: 32,
    });
    const late = await remote.execute({ runtime: 'bash', code: 'echo before; sleep 10' });
    expect(late).toMatchObject({ stdout: 'before', exitCode: 137, outcome: 'TIMED_OUT' });
    expect(late.stderr).toContain('TIMED OUT');
    const patient = await remote.execute({ runtime: 'bash', code: 'sleep 1.5; echo after', timeoutMs: 10_000 });
    expect(patient).toMatchObject({ stdout: 'after', exitCode: 0 });
    const big = await remote.execute({ runtime: 'python', code: 'x = bytearray(100_000_000)', timeoutMs: 10_000 });
    expect(big).toMatchObject({ outcome: 'OUT_OF_MEMORY', exitCode: 137 });
    expect(big.stderr).not.toContain('TIMED OUT');
    const loud = await remote.execute({
      runtime: 'bash',
      code: 'head -c 10000 /dev/zero | tr "\\0" x',
      timeoutMs: 10_000,
    });
    expect({ truncated: loud.truncated, length: loud.stdout.length }).toEqual({ truncated: true, length: 1_024 });
  });

  test('L16: secrets are masked', async () => {
    const remote = remoteWith({ secrets: { TOKEN: 'correct-horse-battery' } });
    const result = await remote.execute({ runtime: 'bash', code: 'echo "<$TOKEN>"; echo "$TOKEN" >&2' });
    expect(result).toMatchObject({ stdout: '<***>', stderr: '***' });
  });

  test('W03: a set-up script that fails', async () => {
    const failing = remoteWith().execute({ runtime: 'bash', code: 'echo ran', setupScript: 'echo why >&2; exit 3' });
    await expect(failing).rejects.toThrow(ExecutionFailedError);
    await expect(failing).rejects.toThrow('Setup script failed (exit code 3): why');
  });

  test('E26: three runtimes at once', async () => {
    const remote = remoteWith({ memoryLimit: '64m' });
    const results = await Promise.all([
      remote.execute({ runtime: 'python', code: 'print("p")' }),
      remote.execute({ runtime: 'node', code: 'console.log("n")', fileExtension: '.mjs' }),
      remote.execute({ runtime: 'bash', cmd: 'echo b' }),
    ]);
    expect(results.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual([
      ['p', 0],
      ['n', 0],
      ['b', 0],
    ]);
  });
});

describe('streaming', () => {
  test('S01, S02: output as it comes, then the exit code, once and last', async () => {
    const events = await eventsOf(remoteWith(), {
      runtime: 'python',
      code: 'import sys; print("a"); print("b", file=sys.stderr); sys.exit(3)',
    });
    expect({ stdout: joined(events, 'stdout'), stderr: joined(events, 'stderr') }).toEqual({
      stdout: 'a\n',
      stderr: 'b\n',
    });
    expect(events.at(-1)).toEqual({ type: 'exit', data: '3', phase: 'code' });
    expect(events.filter(({ type }) => type === 'exit')).toHaveLength(1);
  });

  test('S11: what belongs to the set-up says so', async () => {
    const request = { runtime: 'bash', code: 'echo ran', setupScript: 'echo made' };
    expect(await eventsOf(remoteWith(), request)).toEqual([
      { type: 'stdout', data: 'made\n', phase: 'setup' },
      { type: 'stdout', data: 'ran\n', phase: 'code' },
      { type: 'exit', data: '0', phase: 'code' },
    ]);
    expect((await eventsOf(remoteWith(), { ...request, setupScript: 'exit 7' })).slice(-2)).toEqual([
      { type: 'error', data: 'Setup script failed (exit code 7)', phase: 'setup' },
      { type: 'exit', data: '7', phase: 'setup' },
    ]);
  });

  test('a time limit is an error event, and 137', async () => {
    const events = await eventsOf(remoteWith({ timeoutMs: 1_000 }), { runtime: 'bash', code: 'sleep 10' });
    expect(events).toEqual([
      { type: 'error', data: 'EXECUTION TIMED OUT', phase: 'code' },
      { type: 'exit', data: '137', phase: 'code' },
    ]);
  });

  test('S06: two at once are apart; one that is left is ended', async () => {
    const remote = remoteWith();
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) => eventsOf(remote, { runtime: 'bash', code: `echo ${name}` })),
    );
    expect([joined(a ?? [], 'stdout'), joined(b ?? [], 'stdout')]).toEqual(['a\n', 'b\n']);
    for await (const { type } of remote.executeStream({ runtime: 'bash', code: 'echo up; sleep 600' })) {
      if (type === 'stdout') break;
    }
    await server.settled();
  });
});

describe('with a session', () => {
  test('P01, P03, P06, P10, P13: files stay, go to and fro, and the session is listed until it is stopped', async () => {
    const remote = remoteWith({ timeoutMs: 5_000 }, 'agent-session');
    expect(await remote.listSessions()).toEqual([]);
    await remote.execute({ runtime: 'python', code: 'open("/sandbox/state.txt", "w").write("100")' });
    expect(await remote.execute({ runtime: 'python', code: 'print(open("state.txt").read())' })).toMatchObject({
      stdout: '100',
    });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await remote.putFile('/sandbox/bytes', bytes);
    expect(await remote.getFile('bytes')).toEqual(bytes);
    const [session, ...others] = await remote.listSessions();
    expect({ session, others }).toEqual({
      session: { id: 'agent-session', isActive: false, lastAccessedAt: expect.any(String) },
      others: [],
    });
    // A request's own time may be longer than that of the options, as without a session.
    expect(
      await remote.execute({
        runtime: 'python',
        code: 'import time; time.sleep(6); print("slept")',
        timeoutMs: 20_000,
      }),
    ).toMatchObject({ stdout: 'slept' });
    await remote.stop();
    expect(await remoteWith().listSessions()).toEqual([]);
  });

  test('two clients of one id share it, whatever their options', async () => {
    const [one, two] = [remoteWith({ memoryLimit: '128m' }, 'shared'), remoteWith({ memoryLimit: '256m' }, 'shared')];
    await one.execute({ runtime: 'bash', code: 'echo mine > f' });
    expect(await two.execute({ runtime: 'bash', cmd: 'cat f' })).toMatchObject({ stdout: 'mine' });
  });

  test('its lease is made longer while it is used', async () => {
    using isol8 = new Isol8({ address: server.address, apiKey: TEST_KEY });
    await using session = await isol8.sessions.create({ sessionId: 'leased', runtime: 'bash', lifetimeMs: 60_000 });
    await remoteWith({}, 'leased').execute({ runtime: 'bash', code: '1' });
    const { expireTime } = await session.refresh();
    expect(Number(expireTime)).toBeGreaterThan(Date.now() + 3_000_000);
  });

  test('P05: its runtime cannot be switched', async () => {
    const remote = remoteWith({ mode: 'persistent' });
    await remote.execute({ runtime: 'python', code: '1' });
    await expect(remote.execute({ runtime: 'node', code: '1' })).rejects.toThrow(/session of python/);
  });

  test('P04, P14: files before the first execution, and a session that nobody made', async () => {
    const remote = remoteWith({ mode: 'persistent' });
    await expect(remote.getFile('x')).rejects.toThrow(NotFoundError);
    await expect(remoteWith().putFile('x', '')).rejects.toThrow(/sessionId: is missing/);
    await expect(remote.deleteSession('nobody-made-it')).resolves.toBeUndefined();
  });

  test('one that ended is told once, then there is another', async () => {
    const remote = remoteWith({}, 'ended');
    await remote.execute({ runtime: 'bash', code: 'touch here' });
    await remoteWith().deleteSession('ended');
    await expect(remote.execute({ runtime: 'bash', code: 'ls' })).rejects.toThrow(NotFoundError);
    expect(await remote.execute({ runtime: 'bash', code: 'ls' })).toMatchObject({ stdout: '' });
  });
});
