import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { SessionState } from '../../gen/isol8/v1/session_pb.ts';
import { removeContainer } from '../../src/engine/docker/containers.ts';
import { connect, type Isol8Client, refusalFrom } from '../support/client.ts';
import { collectEvents, program, sha256 } from '../support/collect.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { openSession } from '../support/sessions.ts';

let server: TestServer;
let isol8: Isol8Client;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  isol8 = server.client.isol8;
});
afterAll(() => server[Symbol.asyncDispose]());

async function upload(sessionId: string, path: string, content: Uint8Array): Promise<string> {
  async function* parts() {
    yield { part: { case: 'header' as const, value: { sessionId, path } } };
    yield { part: { case: 'chunk' as const, value: content } };
  }
  return (await isol8.writeFile(parts())).sha256;
}

async function download(sessionId: string, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const { part } of isol8.readFile({ sessionId, path })) if (part.case === 'chunk') chunks.push(part.value);
  return Buffer.concat(chunks);
}

describe('what users of the reference do with sessions', () => {
  test('P01, P02: state in /sandbox and in /tmp', async () => {
    await using python = await openSession(isol8, 'python');
    await python.run("open('/sandbox/state.txt', 'w').write('100')");
    expect((await python.run("print(open('/sandbox/state.txt').read())")).stdout).toBe('100\n');
    await using bash = await openSession(isol8, 'bash');
    await bash.run("echo 'hello bash' > /tmp/file");
    expect((await bash.run('cat /tmp/file')).stdout).toBe('hello bash\n');
  });

  test('P03, P04, P06, P10: up before anything has run, read by code, written by code, down; every byte', async () => {
    await using session = await openSession(isol8, 'python');
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(await upload(session.id, 'in.bin', all)).toBe(sha256(all));
    const code =
      "import hashlib; b = open('in.bin', 'rb').read(); print(hashlib.sha256(b).hexdigest()); open('out.bin', 'wb').write(b[::-1])";
    expect((await session.run(code)).stdout.trim()).toBe(sha256(all));
    expect(await download(session.id, 'out.bin')).toEqual(Buffer.from(all.toReversed()));
    expect(await download(session.id, 'in.bin')).toEqual(all);
  });

  test('P05: one runtime in one session', async () => {
    await using session = await openSession(isol8, 'python');
    const refusal = await refusalFrom((options) =>
      isol8.execute({ ...program('node', '1'), sessionId: session.id }, options),
    );
    expect(refusal).toMatchObject({ reason: 'INVALID_FIELD', fields: ['runtime'] });
    expect(refusal.message).toContain('this is a session of python');
  });

  test('P11: an execution that is longer than the idle time keeps its session', async () => {
    await using session = await openSession(isol8, 'bash', { idleTimeout: { seconds: 1n } });
    expect((await session.run('sleep 3; echo done')).stdout).toBe('done\n');
    await delay(500);
    expect((await session.run('echo usable')).stdout).toBe('usable\n');
  });

  test('P12 to P15: listed while it lives, for its key alone; deleted again and again', async () => {
    const live = async () =>
      (await isol8.listSessions({ states: [SessionState.READY] })).sessions.map(({ sessionId }) => sessionId);
    expect(await live()).toEqual([]);
    using stranger = connect(server.address, 'a-key-that-is-not-the-one-0');
    expect(await refusalFrom((options) => stranger.isol8.listSessions({}, options))).toMatchObject({
      reason: 'API_KEY_INVALID',
    });
    await using first = await openSession(isol8, 'bash');
    await using second = await openSession(isol8, 'bash');
    await first.run('true');
    expect(await live()).toEqual([second.id, first.id]);
    const { session } = await isol8.getSession({ sessionId: first.id });
    expect(session).toMatchObject({ executions: 1n, runningExecutions: 0 });
    expect(Math.abs(Number(session?.lastUsedTime?.seconds) - Date.now() / 1000)).toBeLessThan(30);
    for (let i = 0; i < 2; i++) await isol8.deleteSession({ sessionId: first.id });
    await isol8.deleteSession({ sessionId: 'never-was' });
    expect(await live()).toEqual([second.id]);
    expect(await server.containers()).toHaveLength(1);
  });
});

describe('faults of the reference', () => {
  test('A5: a stream runs in the session that it names', async () => {
    await using session = await openSession(isol8, 'bash');
    await session.run('echo here > proof');
    const execute = { ...program('', 'cat proof'), sessionId: session.id };
    const { stdout, finished } = await collectEvents(isol8.executeStream({ execute }));
    expect([stdout.toString(), finished.sessionId]).toEqual(['here\n', session.id]);
  });

  test('A8: a delete while something runs cancels it, with its output, and leaves nothing', async () => {
    const { session } = await isol8.createSession({ runtime: 'bash' });
    const { sessionId = '' } = session ?? {};
    const running = isol8.execute({ ...program('', 'echo begun; sleep 100'), sessionId });
    await delay(700);
    await isol8.deleteSession({ sessionId });
    expect(await running).toMatchObject({ outcome: Outcome.CANCELLED, stdout: 'begun\n' });
    await server.settled();
  });

  test('A9: a session whose container is gone has ended, says so, and its name can be used again', async () => {
    const sessionId = 'lost';
    await isol8.createSession({ sessionId, runtime: 'bash' });
    const running = isol8.execute({ ...program('', 'echo begun; sleep 100'), sessionId });
    await delay(700);
    for (const id of await server.containers()) await removeContainer(server.docker, id);
    expect(await running).toMatchObject({ outcome: Outcome.SANDBOX_LOST, stdout: 'begun\n' });
    const refusal = await refusalFrom((options) => isol8.execute({ ...program('', '1'), sessionId }, options));
    expect(refusal).toMatchObject({ reason: 'SESSION_NOT_FOUND' });
    expect(refusal.message).toContain('its sandbox was lost');
    const asked = { ...program('bash', 'echo new'), sessionId, createSessionIfMissing: true };
    expect((await isol8.execute(asked)).stdout).toBe('new\n');
    await isol8.deleteSession({ sessionId });
    await server.settled();
  });

  test('F9: two programs at once read their own code, and leave none of it', async () => {
    await using session = await openSession(isol8, 'python');
    const both = await Promise.all([session.run('print("one")'), session.run('print("two")')]);
    expect(both.map(({ stdout }) => stdout)).toEqual(['one\n', 'two\n']);
    expect((await isol8.listFiles({ sessionId: session.id })).files).toEqual([]);
  });
});
