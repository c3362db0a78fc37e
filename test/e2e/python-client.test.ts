import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, ROOT, run } from '../support/command.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';
import { installClient, type PythonEnvironment } from './python-client-environments.ts';
import { Endless, Scenario } from './python-client-process.ts';

let folder: string;
let installed: { readonly oldest: PythonEnvironment; readonly newest: PythonEnvironment };
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isol8-python-'));
  installed = await installClient(folder);
  server = await startTestServer(NO_POOL);
}, 400_000);
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** An environment in which nothing but what is named here tells the client anything. */
const client = (address = server.address) => ({ ISOL8_ADDRESS: address, ISOL8_API_KEY: TEST_KEY, PYTHONPATH: '' });

const play = (face: string, scenario: string, argument = '', env: Record<string, string> = {}, python = 'oldest') =>
  new Scenario(installed[python as 'oldest'].python, [`test/e2e/python-client-${face}.py`, scenario, argument], {
    ...client(),
    ...env,
  });

describe.each(['oldest', 'newest'] as const)('in the %s Python of this machine', (which) => {
  test('the package is imported without a warning', async () => {
    const args = ['-W', 'error', '-c', 'import isol8, sys; print(isol8.__version__, sys.version_info[1])'];
    const { stdout, stderr } = await run(installed[which].python, args, { env: client() });
    expect({ stdout, stderr }).toEqual({ stdout: `0.1.0 ${installed[which].version.slice(2)}\n`, stderr: '' });
  });

  test('the quickstart of the README does what it shows', async () => {
    const readme = await readFile(join(ROOT, 'clients/python/README.md'), 'utf8');
    const program = join(folder, `${which}.py`);
    await writeFile(program, /^```python\n(.*?)^```$/ms.exec(readme)?.[1] ?? '');
    const { code, stdout, stderr } = await run(installed[which].python, [program], { env: client() });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'EXITED 0 42\n\n1\n2\n3\n3\n', stderr: '' });
  });
});

test('the README, line by line, in an environment with nothing in it', async () => {
  const readme = await readFile(join(ROOT, 'clients/python/README.md'), 'utf8');
  const [, shell = ''] = /^```sh\n(.*?)^```$/ms.exec(readme) ?? [];
  const [, program = ''] = /^```python\n(.*?)^```$/ms.exec(readme) ?? [];
  const empty = join(folder, 'empty');
  await must(installed.newest.python, '-m', 'venv', empty);
  const typed = shell.replace('127.0.0.1:50051', server.address).replace('…', TEST_KEY);
  const env = { PATH: `${empty}/bin:${process.env['PATH']}`, PIP_QUIET: '1', PYTHONPATH: '' };
  const script = `set -e\n${typed}\npython - <<'end'\n${program}end\n`;
  const { code, stdout, stderr } = await run('bash', ['-c', script], { env });
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'EXITED 0 42\n\n1\n2\n3\n3\n' });
});

test('a server is found by each form of address', async () => {
  const socket = join(folder, 'isol8.sock');
  await using listening = await startTestServer({ ...NO_POOL, ISOL8_LISTEN: `unix:${socket}` });
  const program = 'import isol8; print(isol8.Isol8().execute(runtime="bash", code="echo found").stdout)';
  for (const address of [server.address, `http://${server.address}/`, `unix:${socket}`, `unix://${socket}`]) {
    const { stdout, stderr } = await run(installed.oldest.python, ['-c', program], { env: client(address) });
    expect(stdout, stderr).toBe('found\n\n');
  }
  await listening.settled();
});

test('every field of the contract is in Python', async () => {
  const env = { ...client(), PYTHONPATH: 'clients/python/src' };
  const { stdout, stderr } = await run('.venv/bin/python', ['test/e2e/python-client-fields.py'], { env });
  expect(stdout, stderr).toMatch(/^4\d compared\n$/);
});

test('a consumer who checks types strictly sees them', async () => {
  const args = ['--strict', '--config-file=', '--cache-dir', join(folder, 'mypy'), '--python-executable'];
  const { stdout } = await run(
    '.venv/bin/mypy',
    [...args, installed.newest.python, 'test/e2e/python-client-consumer.py'],
    { env: client() },
  );
  expect(stdout).toBe('Success: no issues found in 1 source file\n');
});

describe.each(['blocking', 'asyncio'])('%s', (face) => {
  const cancelled = { outcome: 'CANCELLED' };
  test.each([
    ['breaking out of the loop', 'breaks', [{ left: 'loop' }]],
    ['cancelling, by stream and by id', 'cancels', [cancelled, cancelled]],
    ['closing the client', 'closes', [{ error: 'CancelledError', code: 'CANCELLED' }]],
    ['a deadline', 'deadlines', [{ error: 'DeadlineExceededError' }, { error: 'DeadlineExceededError' }]],
    ...(face === 'asyncio'
      ? ([['cancelling the task', 'task', [{ cancelled: true }, { cancelled: true }, { cancelled: true }]]] as const)
      : []),
  ] as const)('%s leaves nothing running', async (_title, scenario, happens) => {
    const endless = new Endless();
    await using playing = play(face, scenario, endless.seconds);
    for (const expected of happens) expect(await playing.next()).toMatchObject(expected);
    await endless.runs(0);
    await server.settled();
    expect(await playing.end(), playing.stderr).toBe(0);
  });

  test.each([
    ['the block of a stream', 'leaves'],
    ['a stream that nobody has any more', 'forgets'],
  ])('leaving %s that nobody reads leaves nothing running', async (_title, scenario) => {
    const endless = new Endless();
    await using playing = play(face, scenario, endless.seconds);
    expect(await playing.next()).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    await endless.runs(1);
    playing.goOn();
    expect(await playing.next()).toMatchObject({ left: expect.anything() });
    await endless.runs(0);
    await server.settled();
    expect(await playing.end(), playing.stderr).toBe(0);
  });

  test('Ctrl-C of a process that streams leaves nothing running', async () => {
    const endless = new Endless();
    await using playing = play(face, 'streams', endless.seconds);
    expect(await playing.next()).toEqual({ streaming: true });
    await endless.runs(1);
    playing.interrupt();
    expect(await playing.end()).not.toBe(0);
    expect(playing.stderr).toContain('KeyboardInterrupt');
    await endless.runs(0);
    await server.settled();
  });

  test('a server that is killed in mid-stream is a lost connection', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'isol8-client-'));
    let killed = await startServerProcess(dataDir, NO_POOL);
    const endless = new Endless();
    await using playing = play(face, 'streams', endless.seconds, { ISOL8_ADDRESS: killed.address });
    expect(await playing.next()).toEqual({ streaming: true });
    await killed.end('SIGKILL');
    const message = expect.stringMatching(/^the connection to .* broke .*not known whether the code ran$/);
    expect(await playing.next()).toEqual({ error: 'ConnectionLostError', code: 'UNAVAILABLE', reason: '', message });
    expect(await playing.end()).toBe(0);
    // The next one on this data finds and ends what it left.
    killed = await startServerProcess(dataDir, NO_POOL);
    await endless.runs(0);
    await killed.end('SIGTERM');
    await rm(dataDir, { recursive: true });
  });

  test.each([
    ['a server that is not there', { ISOL8_ADDRESS: '127.0.0.1:1' }, 'ConnectionLostError', '', /cannot be reached/],
    [
      'a wrong key',
      { ISOL8_API_KEY: 'no-key' },
      'UnauthenticatedError',
      'API_KEY_INVALID',
      /here it is `api_key`, or ISOL8/,
    ],
    ['no key', { ISOL8_API_KEY: '' }, 'UnauthenticatedError', 'API_KEY_MISSING', /here it is `api_key`, or ISOL8/],
  ] as const)('%s is told at once, whatever is called', async (_title, env, error, reason, message) => {
    await using playing = play(face, 'refused', '', env);
    for (let i = 0; i < 6; i++) {
      expect(await playing.next()).toMatchObject({ error, reason, message: expect.stringMatching(message) });
    }
    expect(await playing.end(), playing.stderr).toBe(0);
  });

  test('a message that is too large is refused, whoever sends it', async () => {
    await using playing = play(face, 'large');
    const exhausted = { error: 'ResourceExhaustedError', code: 'RESOURCE_EXHAUSTED' };
    expect(await playing.next()).toMatchObject({ ...exhausted, reason: 'REQUEST_TOO_LARGE' });
    const message = expect.stringContaining('the answer does not fit into one message; take a stream');
    expect(await playing.next()).toMatchObject({ ...exhausted, reason: '', message });
    expect(await playing.end(), playing.stderr).toBe(0);
  });

  test.each(['oldest', 'newest'])('what a newer server says is a value or an error in the %s Python', async (which) => {
    const env = { PYTHONPATH: 'clients/python/src' };
    await using newer = new Scenario('.venv/bin/python', ['test/e2e/python-client-newer-server.py'], env);
    await using playing = play(face, 'newer', '', { ISOL8_ADDRESS: await newer.nextText() }, which);
    for (const expected of [
      { outcome: 'UNRECOGNIZED_99', ok: false, phase: 'UNRECOGNIZED_99' },
      { error: 'ExecutionFailedError', message: 'the execution ended: UNRECOGNIZED_99 with 0' },
      { events: ['started', 'unrecognized', 'unrecognized', 'exit'] },
      { error: 'ConnectionLostError', message: expect.stringContaining('ended without a result') },
      { error: 'ResourceExhaustedError', reason: '', message: 'what was that' },
      { error: 'InternalError', code: 'DATA_LOSS', message: 'never seen' },
      { error: 'ResourceExhaustedError', message: expect.stringContaining('take a stream, or ask for less') },
      { error: 'DeadlineExceededError', message: expect.stringContaining('`deadline`') },
    ]) {
      expect(await playing.next()).toMatchObject(expected);
    }
    expect(await playing.end(), playing.stderr).toBe(0);
    await newer.end();
  });

  test('what a server says of its files is not believed', async () => {
    const env = { PYTHONPATH: 'clients/python/src' };
    await using nobodys = new Scenario('.venv/bin/python', ['test/e2e/python-client-newer-server.py'], env);
    await using playing = play(face, 'hostile', '', { ISOL8_ADDRESS: await nobodys.nextText() });
    expect(await playing.next()).toEqual({
      files: ['good/file', 'link/up'],
      left_out: ['../up', '/tmp/isol8-absolute', 'a/../../up', 'device', 'hard', 'link'],
      // No link was made, so that its name is a folder's.
      found: ['folder', 'folder/good', 'folder/good/file', 'folder/link', 'folder/link/up'],
      mode: '0o100755',
    });
    const message = expect.stringContaining('must be a new or an empty folder');
    expect(await playing.next()).toMatchObject({ error: 'InvalidRequestError', message });
    expect(await playing.next()).toMatchObject({ error: 'InternalError', code: 'DATA_LOSS' });
    expect(await playing.next()).toMatchObject({ error: 'ConnectionLostError' });
    expect(await playing.end(), playing.stderr).toBe(0);
    await nobodys.end();
  });

  test('what people do to any object is done, or refused with a word', async () => {
    await using playing = play(face, 'habits');
    const [same, onlyHere] = [{ same: true }, { error: expect.stringContaining('make one in each') }];
    const blocking = [same, same, same, same, onlyHere, { raised: ['mine'], written: [] }, onlyHere];
    const asyncio = [{ raised: ['mine'], written: [] }, onlyHere];
    for (const expected of [
      ...(face === 'blocking' ? blocking : asyncio),
      { error: expect.stringContaining('closed') },
    ])
      expect(await playing.next()).toEqual(expected);
    expect(await playing.end(), playing.stderr).toBe(0);
  });

  test('TLS with a private authority', async () => {
    const { authority, ...files } = await certificates(folder);
    await using secure = await startTestServer({ ...NO_POOL, ...files });
    await using playing = play(face, 'tls', authority, { ISOL8_ADDRESS: secure.address });
    expect(await playing.next()).toEqual({ stdout: 'safe\n' });
    for (let i = 0; i < 2; i++) {
      expect(await playing.next()).toMatchObject({ error: 'ConnectionLostError', code: 'UNAVAILABLE' });
    }
    expect(await playing.end(), playing.stderr).toBe(0);
    await secure.settled();
  });
});

test('an interactive Python that Ctrl-C brings back has cancelled what it called', async () => {
  const endless = new Endless();
  await using playing = play('blocking', 'interrupted', endless.seconds);
  for (let i = 0; i < 2; i++) {
    expect(await playing.next()).toEqual({ ready: true });
    await endless.runs(1);
    playing.interrupt();
    await endless.runs(0);
  }
  expect(await playing.next()).toEqual({ kept: 2 });
  expect(await playing.end(), playing.stderr).toBe(0);
});

/** A certificate for this machine that only its own authority vouches for. */
async function certificates(folder: string) {
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2', '-x509'];
  await must('openssl', 'req', ...key, '-subj', '/CN=ours', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
  await must('openssl', 'req', ...key, ...names, ...signed, '-keyout', at('tls.key'), '-out', at('tls.pem'));
  return { authority: at('ca.pem'), ISOL8_TLS_CERT_FILE: at('tls.pem'), ISOL8_TLS_KEY_FILE: at('tls.key') };
}
