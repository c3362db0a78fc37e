import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { SessionState } from '../../gen/isol8/v1/session_pb.ts';
import { type Isol8Client, refusalFrom } from '../support/client.ts';
import { collectEvents, program } from '../support/collect.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openSession } from '../support/sessions.ts';

let server: TestServer;
let isol8: Isol8Client;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'bash=1,python=1', ISOL8_MAX_SESSIONS: '12' });
  isol8 = server.client.isol8;
});
afterAll(() => server[Symbol.asyncDispose]());

const seconds = (value: number) => ({ seconds: BigInt(Math.floor(value)), nanos: Math.round((value % 1) * 1e9) });

/** Resolves when something holds; fails when it does not in 10 s. */
async function until(what: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await delay(50)) if (await what()) return;
  throw new Error('it did not come to pass');
}

describe('a session', () => {
  test('keeps files, in /sandbox and /tmp, and leaves no file of ours there', async () => {
    await using session = await openSession(isol8, 'python');
    const wrote = await session.run("open('/sandbox/state.txt', 'w').write('100'); open('/tmp/t', 'w').write('hello')");
    expect(wrote).toMatchObject({ outcome: Outcome.EXITED, exitCode: 0, stderr: '', sessionId: session.id });
    const read = await session.run("print(open('state.txt').read(), open('/tmp/t').read())");
    expect(read).toMatchObject({ stdout: '100 hello\n', timings: { sandbox: SandboxOrigin.SESSION } });
    const large = `print(len("${'x'.repeat(1_200_000)}"))`;
    expect(await session.run(large)).toMatchObject({ stdout: '1200000\n' });
    const listed = await isol8.execute({
      sessionId: session.id,
      source: { case: 'command', value: 'ls -A' },
    });
    expect(listed.stdout).toBe('state.txt\n');
  });

  test('has one runtime for code, and any for a command', async () => {
    await using session = await openSession(isol8, 'bash');
    const refusal = await refusalFrom((options) =>
      isol8.execute({ ...program('python', 'print(1)'), sessionId: session.id }, options),
    );
    expect(refusal).toMatchObject({ reason: 'INVALID_FIELD', fields: ['runtime'] });
    const command = { case: 'command' as const, value: 'echo $((6*7))' };
    expect((await isol8.execute({ runtime: 'python', source: command, sessionId: session.id })).stdout).toBe('42\n');
  });

  test('runs executions side by side that do not read each other’s code', async () => {
    await using session = await openSession(isol8, 'python');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => session.run(`import time; time.sleep(0.2); print(${i}, __file__)`)),
    );
    expect(answers.map(({ stdout }) => stdout.split(' ')[0])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(new Set(answers.map(({ stdout }) => stdout.split(' ')[1])).size).toBe(8);
  });

  test('cancels one execution alone, with what it left running', async () => {
    await using session = await openSession(isol8, 'bash');
    const other = session.run('sleep 3; echo survived');
    const cancel = new AbortController();
    let begun = false;
    const stream = isol8.executeStream(
      { execute: { ...program('', '(setsid sleep 1000 &) ; echo begun; sleep 1000'), sessionId: session.id } },
      { signal: cancel.signal },
    );
    await (async () => {
      for await (const { event } of stream) {
        if (event?.event.case === 'output') {
          begun = true;
          cancel.abort();
        }
      }
    })().catch(() => {});
    expect(begun).toBe(true);
    const sleepers = async () => {
      const { processes } = await isol8.getSessionUsage({ sessionId: session.id });
      return processes.filter(({ command }) => command.includes('sleep 1000'));
    };
    await until(async () => (await sleepers()).length === 0);
    expect(await other).toMatchObject({ outcome: Outcome.EXITED, stdout: 'survived\n' });
  });

  test('lets processes stay, tells of them and what they write', async () => {
    await using session = await openSession(isol8, 'bash');
    const code = '(for i in 1 2 3 4 5; do sleep 0.2; echo "later $i"; echo oops >&2; done; sleep 100) & echo now';
    const { executionId, stdout, outcome } = await session.run(code);
    expect({ stdout, outcome }).toEqual({ stdout: 'now\n', outcome: Outcome.EXITED });
    const { processes } = await isol8.getSessionUsage({ sessionId: session.id });
    expect(processes.filter((one) => one.executionId === executionId).length).toBeGreaterThan(0);
    const read = (stdoutOffset = 0n) => isol8.readSessionOutput({ sessionId: session.id, executionId, stdoutOffset });
    await until(async () => (await read()).stdout?.text.includes('later 5\n') === true);
    const all = await read();
    expect(all).toMatchObject({ open: true, stdout: { text: 'later 1\nlater 2\nlater 3\nlater 4\nlater 5\n' } });
    expect(all.stderr?.text).toBe('oops\n'.repeat(5));
    expect((await read(8n)).stdout?.text).toBe('later 2\nlater 3\nlater 4\nlater 5\n');
    // A later execution can end them, and they are gone then.
    await session.run('pkill sleep; sleep 0.2');
    await until(async () => !(await read()).open);
  });

  test('ends an execution when its main process has ended, not at the end of its pipes', async () => {
    await using session = await openSession(isol8, 'python');
    const begun = Date.now();
    const code = "import subprocess; subprocess.Popen(['sleep', '30']); print('done')";
    expect(await session.run(code)).toMatchObject({ outcome: Outcome.EXITED, stdout: 'done\n' });
    expect(Date.now() - begun).toBeLessThan(15_000);
  });

  test('is made once, however many ask for it', async () => {
    const before = (await server.containers()).length;
    const ask = () => isol8.createSession({ sessionId: 'one', runtime: 'bash' });
    const all = await Promise.all([ask(), ask(), ask(), ask(), ask()]);
    expect(new Set(all.map(({ session }) => session?.createTime?.nanos)).size).toBe(1);
    const { sessions } = await isol8.listSessions({});
    expect(sessions.filter(({ sessionId }) => sessionId === 'one')).toHaveLength(1);
    const other = await refusalFrom((options) => isol8.createSession({ sessionId: 'one', runtime: 'python' }, options));
    expect(other).toMatchObject({ reason: 'SESSION_EXISTS', fields: ['runtime'] });
    await isol8.deleteSession({ sessionId: 'one' });
    await isol8.deleteSession({ sessionId: 'one' });
    await until(async () => (await server.containers()).length <= before + 2);
  });

  test('is made by an execution that says so', async () => {
    const run = (code: string, more = {}) =>
      isol8.execute({ ...program('python', code, more), sessionId: 'mine', createSessionIfMissing: true });
    const answers = await Promise.all([run("open('a', 'w').write('1')"), run("open('b', 'w').write('1')")]);
    for (const answer of answers) expect(answer).toMatchObject({ exitCode: 0, sessionId: 'mine' });
    const list = await run("import os; print(sorted(n for n in os.listdir() if n[0] != '.'))");
    expect(list.stdout).toBe("['a', 'b']\n");
    await isol8.deleteSession({ sessionId: 'mine' });
    const gone = await refusalFrom((options) =>
      isol8.execute({ ...program('python', '1'), sessionId: 'mine' }, options),
    );
    expect(gone).toMatchObject({ reason: 'SESSION_NOT_FOUND' });
    expect(gone.message).toContain('deleted');
    expect((await run('import os; print(len(os.listdir()) < 2)')).stdout).toBe('True\n');
    await isol8.deleteSession({ sessionId: 'mine' });
  });

  test('is set up before it is handed out; one whose set-up fails is not there', async () => {
    const files = [{ path: 'data/in.txt', content: Buffer.from('in') }];
    const setupScript = 'cat data/in.txt > made; echo set up; (sleep 100 &)';
    const { session, setup } = await isol8.createSession({ runtime: 'bash', files, setupScript });
    expect(setup).toMatchObject({ outcome: Outcome.EXITED, exitCode: 0 });
    expect(session).toMatchObject({ state: SessionState.READY });
    const { sessionId } = session ?? { sessionId: '' };
    expect((await isol8.execute({ ...program('', 'cat made; pgrep -c sleep'), sessionId })).stdout).toBe('in1\n');
    await isol8.deleteSession({ sessionId });
    const failed = await isol8.createSession({ runtime: 'bash', setupScript: 'echo why; exit 3' });
    expect(failed.setup).toMatchObject({ outcome: Outcome.SETUP_FAILED, exitCode: 3, stdout: 'why\n' });
    expect(failed.session?.state).toBe(SessionState.ENDED);
    expect((await isol8.listSessions({ states: [SessionState.READY] })).sessions).toEqual([]);
  });

  test('has the policy and the digest that the dry run, a pool, a new sandbox and a stream tell', async () => {
    const policy = { limits: { timeout: seconds(20), openFiles: 512 } };
    await using session = await openSession(isol8, 'bash', { policy });
    const dry = await isol8.resolvePolicy({ runtime: 'bash', policy });
    const alone = await isol8.execute({ ...program('bash', 'true'), policy });
    const inIt = await session.run('true');
    const again = await session.run('true', { policy });
    const stream = await collectEvents(
      isol8.executeStream({ execute: { ...program('', 'true'), sessionId: session.id } }),
    );
    const digests = [alone, inIt, again, stream.finished].map(({ policyDigest }) => policyDigest);
    expect(new Set([dry.policyDigest, session.session.policyDigest, ...digests]).size).toBe(1);
    expect(inIt.effectivePolicy).toEqual(alone.effectivePolicy);
    const wide = { policy: { limits: { timeout: seconds(21), memoryBytes: 2n ** 27n } } };
    const refusal = await refusalFrom((options) =>
      isol8.execute({ ...program('', 'true', wide), sessionId: session.id }, options),
    );
    expect(refusal.reasons).toEqual([
      ['policy.limits.timeout', 'POLICY_CEILING_EXCEEDED'],
      ['policy.limits.memory_bytes', 'INVALID_FIELD'],
    ]);
  });
});

describe('a lease', () => {
  test('ends a session that nobody uses, and not one that is used', async () => {
    await using used = await openSession(isol8, 'bash', { idleTimeout: seconds(1) });
    const { session: idle } = await isol8.createSession({ runtime: 'bash', idleTimeout: seconds(1) });
    expect(await used.run('sleep 2.5; echo still here')).toMatchObject({ stdout: 'still here\n' });
    expect((await isol8.getSession({ sessionId: used.id })).session?.state).toBe(SessionState.READY);
    const { sessionId = '' } = idle ?? {};
    const told = await isol8.getSession({ sessionId });
    expect(told.session).toMatchObject({ state: SessionState.ENDED, endReason: 'nothing used it for 1 s' });
  });

  test('ends at its time, whatever runs, and can be made longer before', async () => {
    const { session } = await isol8.createSession({ runtime: 'bash', lifetime: seconds(2) });
    const { sessionId = '', createTime } = session ?? {};
    const expireTime = { seconds: (createTime?.seconds ?? 0n) + 4n, nanos: createTime?.nanos ?? 0 };
    const updated = await isol8.updateSession({
      session: { sessionId, expireTime, labels: { a: 'b' } },
      updateMask: { paths: ['expire_time', 'labels'] },
    });
    expect(updated.session).toMatchObject({ labels: { a: 'b' } });
    const answer = await isol8.execute({ ...program('', 'echo begun; sleep 100'), sessionId });
    expect(answer).toMatchObject({ outcome: Outcome.CANCELLED, stdout: 'begun\n' });
    expect(Date.now() / 1000 - Number(createTime?.seconds)).toBeGreaterThan(3);
    await until(async () => (await isol8.getSession({ sessionId })).session?.state === SessionState.ENDED);
    expect((await isol8.getSession({ sessionId })).session?.endReason).toBe('its lifetime was over');
  });

  test('cannot be longer than the server allows', async () => {
    const refusal = await refusalFrom((options) =>
      isol8.createSession({ runtime: 'bash', lifetime: seconds(86_401), sessionId: '/' }, options),
    );
    expect(refusal.reasons).toEqual([
      ['session_id', 'INVALID_FIELD'],
      ['lifetime', 'POLICY_CEILING_EXCEEDED'],
    ]);
  });
});

test('limits can be narrowed while a session lives, and hold', async () => {
  await using session = await openSession(isol8, 'python', { policy: { limits: { memoryBytes: 256n * 2n ** 20n } } });
  const use = "b = bytearray(150 * 2**20); print('used')";
  expect(await session.run(use)).toMatchObject({ stdout: 'used\n' });
  const limits = { memoryBytes: 64n * 2n ** 20n, processes: 20, timeout: seconds(3) };
  const { session: narrowed } = await isol8.updateSession({
    session: { sessionId: session.id, policy: { limits } },
    updateMask: { paths: ['policy.limits.memory_bytes', 'policy.limits.processes', 'policy.limits.timeout'] },
  });
  expect(narrowed?.policy?.limits).toMatchObject({ memoryBytes: 64n * 2n ** 20n, processes: 20 });
  expect(narrowed?.policyDigest).not.toBe(session.session.policyDigest);
  expect(await session.run(use)).toMatchObject({ outcome: Outcome.OUT_OF_MEMORY });
  expect(await session.run('while True: pass')).toMatchObject({ outcome: Outcome.TIMED_OUT });
  const wider = await refusalFrom((options) =>
    isol8.updateSession(
      {
        session: { sessionId: session.id, policy: { limits: { memoryBytes: 2n ** 30n, tmpBytes: 4096n } } },
        updateMask: { paths: ['policy.limits.memory_bytes', 'policy.limits.tmp_bytes'] },
      },
      options,
    ),
  );
  expect(wider.reasons.map(([, reason]) => reason)).toEqual(['POLICY_CEILING_EXCEEDED', 'INVALID_FIELD']);
});

describe('sessions are one tenant’s', () => {
  test('another one can neither see, use, list nor end them', async () => {
    await using session = await openSession(isol8, 'bash', { sessionId: 'theirs' });
    const { sessions } = server.app.engine;
    expect(() => sessions.get('other', 'theirs')).toThrow(expect.objectContaining({ reason: 'SESSION_NOT_FOUND' }));
    await expect(sessions.usage('other', 'theirs')).rejects.toMatchObject({ reason: 'SESSION_NOT_FOUND' });
    expect(sessions.list('other', { labels: {}, runtime: '', states: [] })).toEqual([]);
    await sessions.delete('other', 'theirs');
    expect((await session.run('echo still')).stdout).toBe('still\n');
  });

  test('they are listed by label, runtime and state, in pages', async () => {
    await using first = await openSession(isol8, 'bash', { labels: { job: 'a' } });
    await using second = await openSession(isol8, 'bash', { labels: { job: 'b' } });
    await using third = await openSession(isol8, 'python', { labels: { job: 'a' } });
    const ids = async (request: Parameters<Isol8Client['listSessions']>[0]) =>
      (await isol8.listSessions({ states: [SessionState.READY], ...request })).sessions.map((one) => one.sessionId);
    expect(await ids({})).toEqual([third.id, second.id, first.id]);
    expect(await ids({ labels: { job: 'a' } })).toEqual([third.id, first.id]);
    expect(await ids({ labels: { job: 'a' }, runtime: 'bash' })).toEqual([first.id]);
    const page = await isol8.listSessions({ states: [SessionState.READY], pageSize: 2 });
    expect(page.sessions).toHaveLength(2);
    expect(await ids({ pageToken: page.nextPageToken })).toEqual([first.id]);
    const refusal = await refusalFrom((options) => isol8.listSessions({ pageToken: 'x', pageSize: -1 }, options));
    expect(refusal.fields).toEqual(['page_size', 'page_token']);
  });

  test('there are as many as may be', async () => {
    const open = await Promise.all(Array.from({ length: 12 }, () => isol8.createSession({ runtime: 'bash' })));
    const refusal = await refusalFrom((options) => isol8.createSession({ runtime: 'bash' }, options));
    expect(refusal).toMatchObject({ reason: 'QUOTA_EXCEEDED' });
    await Promise.all(open.map(({ session }) => isol8.deleteSession({ sessionId: session?.sessionId ?? '' })));
    expect((await isol8.listSessions({ states: [SessionState.READY] })).sessions).toEqual([]);
  });
});
