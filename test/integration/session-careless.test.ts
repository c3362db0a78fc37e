import { afterAll, beforeAll, expect, test } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { type Isol8Client, refusalFrom } from '../support/client.ts';
import { containersOf, NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { FilesOf } from '../support/session-files.ts';
import { openSession } from '../support/sessions.ts';

let server: TestServer;
let isol8: Isol8Client;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  isol8 = server.client.isol8;
});
afterAll(() => server[Symbol.asyncDispose]());

const code = (value: string) => ({ source: { case: 'code' as const, value } });

test('many that make a session again while it is deleted get one, and nothing else is left', async () => {
  const sessionId = 'again';
  for (let round = 0; round < 3; round++) {
    await isol8.createSession({ sessionId, runtime: 'bash' });
    const deleted = isol8.deleteSession({ sessionId });
    await Promise.all(Array.from({ length: 4 }, () => isol8.createSession({ sessionId, runtime: 'bash' })));
    await deleted;
    await isol8.deleteSession({ sessionId });
  }
  expect(await containersOf(server.docker, server.instance)).toEqual([]);
});

test('a session that is deleted while it is made is gone', async () => {
  const making = isol8.createSession({ sessionId: 'hasty', runtime: 'bash' });
  await expect.poll(async () => (await isol8.getServerInfo({})).quotas[0]?.remaining).toBe(99n);
  await isol8.deleteSession({ sessionId: 'hasty' });
  await making;
  expect(await containersOf(server.docker, server.instance)).toEqual([]);
});

test('uploads that are broken off leave the link as it is', async () => {
  await using session = await openSession(isol8, 'bash');
  const files = new FilesOf(isol8, session.id);
  const long = session.run('sleep 5; echo whole');
  for (let round = 0; round < 40; round++) {
    const broken = { part: { case: 'header' as const, value: { sessionId: session.id, path: 'x' } } };
    async function* twice() {
      yield broken;
      yield broken;
    }
    await expect(isol8.writeFile(twice())).rejects.toThrow('must be the first message');
    await files.write({ path: 'y' }, []);
  }
  expect((await long).stdout).toBe('whole\n');
});

test('spans need not be whole milliseconds', async () => {
  const odd = { seconds: 100n, nanos: 1 };
  await using session = await openSession(isol8, 'bash', { lifetime: odd, idleTimeout: odd });
  const updated = await isol8.updateSession({
    session: { sessionId: session.id, idleTimeout: { seconds: 99n, nanos: 999_999_999 } },
    updateMask: { paths: ['idle_timeout'] },
  });
  expect(updated.session?.idleTimeout).toMatchObject({ seconds: 99n });
});

test('limits that are narrowed at the same time are all narrower', async () => {
  await using session = await openSession(isol8, 'bash');
  const narrow = (limits: object, path: string) =>
    isol8.updateSession({
      session: { sessionId: session.id, policy: { limits } },
      updateMask: { paths: [`policy.limits.${path}`] },
    });
  await Promise.all([
    narrow({ memoryBytes: 256n * 1024n * 1024n }, 'memory_bytes'),
    narrow({ processes: 64 }, 'processes'),
    narrow({ openFiles: 128 }, 'open_files'),
  ]);
  const { session: now } = await isol8.getSession({ sessionId: session.id });
  expect(now?.policy?.limits).toMatchObject({ memoryBytes: 256n * 1024n * 1024n, processes: 64, openFiles: 128 });
});

test('a mask that names no limit, and an offset that nothing can have, are refused', async () => {
  await using session = await openSession(isol8, 'bash');
  const { executionId } = await session.run('sleep 100 &');
  for (const name of ['constructor', 'toString', '$typeName']) {
    const refusal = await refusalFrom((options) =>
      isol8.updateSession(
        {
          session: { sessionId: session.id, policy: { limits: {} } },
          updateMask: { paths: [`policy.limits.${name}`] },
        },
        options,
      ),
    );
    expect(refusal.fields).toEqual([`session.policy.limits.${name}`]);
  }
  const read = (stdoutOffset: bigint) =>
    refusalFrom((options) => isol8.readSessionOutput({ sessionId: session.id, executionId, stdoutOffset }, options));
  expect((await read(2n ** 63n - 1n)).fields).toEqual(['stdout_offset']);
});

test('what processes say of themselves later has no secret in it', async () => {
  await using session = await openSession(isol8, 'bash');
  const secrets = { TOKEN: 'correct-horse-battery' };
  const { executionId } = await isol8.execute({
    sessionId: session.id,
    ...code('(sleep 0.3; echo "later $TOKEN"; exec -a "$TOKEN" sleep 100) &'),
    secrets,
  });
  const usage = () => isol8.getSessionUsage({ sessionId: session.id });
  await expect.poll(async () => (await usage()).processes.map(({ command }) => command)).toContain('*** 100');
  const { stdout } = await isol8.readSessionOutput({ sessionId: session.id, executionId });
  expect(stdout?.text).toBe('later ***\n');
});

test('a program whose child is killed first by a time limit has timed out all the same, every time', async () => {
  await using session = await openSession(isol8, 'bash');
  const policy = { limits: { timeout: { seconds: 0n, nanos: 100_000_000 } } };
  const lane = async () => {
    for (let i = 0; i < 40; i++) {
      const { outcome, stderr } = await session.run('sleep 60', { policy });
      expect({ outcome, stderr }).toEqual({ outcome: Outcome.TIMED_OUT, stderr: '' });
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
});
