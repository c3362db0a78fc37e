import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, type Running, run } from '../support/command.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'isol8-run-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const client = () => ({ ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY });

/** `isol8 run` against the server of the tests. */
async function isol8Run(args: readonly string[], { env = {}, ...running }: Running = {}) {
  return await run(process.execPath, ['bin/isol8.js', 'run', ...args], { ...running, env: { ...client(), ...env } });
}

async function given(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('bin/isol8 works from any folder and through a link, whatever Node.js is there', async () => {
  await symlink(join(ROOT, 'bin/isol8'), join(folder, 'isol8'));
  await given('here.py', 'print(6 * 7)');
  const env = { ...client(), PATH: '/usr/bin:/bin' };
  const ended = await run('sh', ['-c', 'cd "$0" && ./isol8 run here.py', folder], { env });
  expect(ended).toEqual({ code: 0, stdout: '42\n', stderr: '' });
});

describe('standard input that stays open', () => {
  test('of a program that waits beside it', async () => {
    const child = spawn(process.execPath, ['bin/isol8.js', 'run', '--cmd', 'echo on; exit 3'], {
      cwd: ROOT,
      env: { ...process.env, ...client() },
      stdio: 'pipe',
    });
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ stdout, stderr, code: (await closed)[0] }).toEqual({ stdout: 'on\n', stderr: '', code: 3 });
  });

  test.each([
    ["run --cmd 'printf on; exit 3'", 3, 'on'],
    [
      "run --timeout 1s --cmd 'printf on; sleep 60'",
      124,
      'on\r\nisol8: TIMED_OUT: its time was up: --timeout is 1 s\r\n',
    ],
    ['run --key wrong-key-0123456789 -e 1', 1, expect.stringMatching(/^isol8: .*ISOL8_API_KEY\r\n$/)],
  ])('of a terminal: %s', async (command, code, shown) => {
    const typed = `bin/isol8 ${command}`;
    const ended = await run('script', ['--quiet', '--return', '--command', typed, '/dev/null'], {
      env: client(),
      input: null,
    });
    expect({ code: ended.code, shown: ended.stdout }).toEqual({ code, shown });
  });
});

describe('the program', () => {
  test.each([
    ['hello.py', 'import sys; print("py", *sys.argv[1:])', 'py a --b\n'],
    ['hello.mjs', 'console.log("mjs", ...process.argv.slice(2))', 'mjs a --b\n'],
    ['hello.ts', 'const x: string = "ts"; console.log(x, ...process.argv.slice(2))', 'ts a --b\n'],
    ['hello.mts', 'const x: string = "mts"; console.log(x, ...Deno.args)', 'mts a --b\n'],
    ['hello.sh', 'echo sh "$@"', 'sh a --b\n'],
  ])('%s runs by its extension, with its arguments', async (name, content, stdout) => {
    const ended = await isol8Run([await given(name, content), 'a', '--b']);
    expect(ended).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('is an option, a command, or what comes through a pipe', async () => {
    expect(await isol8Run(['-e', 'print(6*7)'])).toMatchObject({ code: 0, stdout: '42\n' });
    expect(await isol8Run(['-r', 'node', '-e', 'console.log(6*7)'])).toMatchObject({ stdout: '42\n' });
    expect(await isol8Run(['--cmd', 'echo hi | tr h H'])).toMatchObject({ stdout: 'Hi\n' });
    expect(await isol8Run([], { input: 'print("piped")' })).toMatchObject({ stdout: 'piped\n' });
    expect(await isol8Run(['-r', 'bash', '-', 'x'], { input: 'echo $1' })).toMatchObject({ stdout: 'x\n' });
  });

  test.each([
    [['missing.py'], 'isol8: missing.py: File not found'],
    [['--cmd', 'a', '-e', 'b'], 'isol8: --cmd and --eval exclude each other'],
    [['README.md'], 'isol8: README.md: its name does not say what runs it: use --runtime'],
    [['--timeout', '5', '-e', '1'], /Say 30s, 1.5m or 250ms/],
    [[], /^isol8: standard input is empty: name a file, or use --eval or --cmd$/],
    [['--memory', 'much', '-e', '1'], /Say 512m/],
    [['--secret', 'NOT_SET_HERE', '-e', '1'], /NOT_SET_HERE is not set here/],
    [['-r', 'cobol', '-e', '1'], /runtime: .*cobol/],
    [['--memory', '1k', '-e', '1'], /--memory: must be at least/],
  ])('%j is told in a line, and exits with 1', async (args, message) => {
    const { code, stdout, stderr } = await isol8Run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(message)]);
  });
});

describe('what it is given', () => {
  test('standard input, as it comes, of any size', async () => {
    const input = 'line\n'.repeat(400_000);
    const ended = await isol8Run(['-e', 'import sys; print(len(sys.stdin.buffer.read()))'], { input });
    expect(ended).toEqual({ code: 0, stdout: '2000000\n', stderr: '' });
    expect(await isol8Run(['--stdin', 'text', '--cmd', 'cat'])).toMatchObject({ stdout: 'text' });
  });

  test('variables and secrets, by value and by name', async () => {
    const args = ['--env', 'A=1=2', '--env', 'B', '--secret', 'TOKEN', '--cmd', 'echo $A $B $TOKEN'];
    const ended = await isol8Run(args, { env: { B: 'from here', TOKEN: 'a-secret-value' } });
    expect(ended).toEqual({ code: 0, stdout: '1=2 from here ***\n', stderr: '' });
  });

  test('files there and back, a set-up script, a directory', async () => {
    const data = await given('data.csv', 'a,b\n');
    const out = join(folder, 'out');
    const script = await given('setup.sh', 'mkdir -p work/plots');
    const cmd = 'cp ../data.csv plots/one.csv; cp ../renamed.csv two.csv; pwd';
    const sent = ['--file', data, '--file', `${data}:renamed.csv`, '--setup', script, '--workdir', 'work'];
    const fetched = ['--output', 'work/**/*.csv', '--output', 'none', '--output-dir', out];
    const ended = await isol8Run([...sent, ...fetched, '--cmd', cmd]);
    expect(ended).toMatchObject({ code: 0, stdout: '/sandbox/work\n' });
    expect(ended.stderr).toMatch(/^isol8: --output none: /);
    expect((await readdir(out, { recursive: true })).sort()).toEqual(expect.arrayContaining(['work/plots/one.csv']));
    expect(await readFile(join(out, 'work/plots/one.csv'), 'utf8')).toBe('a,b\n');
    // What lies there already is not followed, nor written over where it is no file.
    await symlink('/dev/null', join(out, 'work/link'));
    for (const [name, reason] of [
      ['link', 'ELOOP'],
      ['plots', 'EISDIR'],
    ] as const) {
      const there = join(out, 'work', name);
      const args = ['--output', `work/${name}`, '--output-dir', out, '--cmd', `mkdir work; echo > work/${name}`];
      const { code, stderr } = await isol8Run(args);
      expect({ code, stderr }).toEqual({ code: 1, stderr: `isol8: ${there}: cannot be written: ${reason}\n` });
    }
  });

  test('a session and its context', async () => {
    const made = ['--session-id', 'run', '--runtime', 'python'];
    expect(await isol8Run([...made, '--context', 'main', '-e', 'x = 42'])).toMatchObject({ code: 0 });
    const ended = await isol8Run(['--session-id', 'run', '--context', 'main', '-e', 'print("x")\nx']);
    const session = (...args: string[]) =>
      run(process.execPath, ['bin/isol8.js', 'session', ...args], { env: client() });
    const listed = await session('list');
    expect(await session('delete', 'run', 'no-such')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(listed.stdout).toMatch(/^run {2}python {2}READY {2}2 executions {2}until \d{4}-/);
    expect(JSON.parse((await session('list', '--json')).stdout)).toEqual([]);
    // What was written before a value is told before it.
    expect(ended).toEqual({ code: 0, stdout: 'x\n42\n', stderr: '' });
  });
});

describe('what it tells', () => {
  test.each([
    ['exit 42', 42, ''],
    ['kill -9 $$', 137, 'isol8: SIGNALED: by signal 9\n'],
    ['echo out; sleep 60', 124, 'isol8: TIMED_OUT: its time was up: --timeout is 1 s\n'],
  ])('%s ends it with %i', async (cmd, code, stderr) => {
    expect(await isol8Run(['--timeout', '1s', '--cmd', cmd])).toMatchObject({ code, stderr });
  });

  test('that output was cut', async () => {
    const { code, stdout, stderr } = await isol8Run(['--max-output', '10', '--cmd', 'echo 123456789012345']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1234567890' });
    expect(stderr).toBe('isol8: stdout was cut: 6 bytes are missing; --max-output sets the limit\n');
  });

  test('everything, as JSON', async () => {
    const { code, stdout } = await isol8Run(['--json', '--cmd', 'echo o; echo e >&2; exit 3']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'EXITED', exitCode: 3, stdout: 'o\n', stderr: 'e\n' });
  });

  test('bytes as they are', async () => {
    const child = spawn(process.execPath, ['bin/isol8.js', 'run', '--cmd', 'printf "\\377\\000a"'], {
      cwd: ROOT,
      env: { ...process.env, ...client() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(Buffer.concat(await Array.fromAsync(child.stdout))).toEqual(Buffer.from([255, 0, 97]));
  });

  test('its help, with examples', async () => {
    const { code, stdout } = await isol8Run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain("isol8 run -e 'print(6 * 7)'");
  });
});

describe('leaves nothing running', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s', async (signal, code) => {
    const child = spawn(process.execPath, ['bin/isol8.js', 'run', '--cmd', 'echo on; sleep 3600'], {
      cwd: ROOT,
      env: { ...process.env, ...client() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect((await once(child, 'exit'))[0]).toBe(code);
    await server.settled();
  });

  test('when nobody reads what it writes', async () => {
    const script = `"${process.execPath}" bin/isol8.js run --cmd yes | head -1; exit \${PIPESTATUS[0]}`;
    expect(await run('bash', ['-c', script], { env: client() })).toEqual({ code: 141, stdout: 'y\n', stderr: '' });
    await server.settled();
  });
});

describe('the server', () => {
  test('is started for the call where none is named, and leaves nothing', async () => {
    const env = { ISOL8_ADDRESS: '', ISOL8_API_KEY: '', TMPDIR: folder };
    const before = await readdir(folder);
    expect(await isol8Run(['-e', 'print(1)'], { env })).toEqual({ code: 0, stdout: '1\n', stderr: '' });
    expect(await readdir(folder)).toEqual(before);
    const { code, stderr } = await isol8Run(['--session-id', 'x', '-e', '1'], { env });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'isol8: a server that stays is needed: use --host, or set ISOL8_ADDRESS\n',
    });
  });

  test.each([
    [['--host', '127.0.0.1:1'], { ISOL8_API_KEY: '' }, /^isol8: API key required/],
    [['--host', '127.0.0.1:1'], {}, /^isol8: .*cannot be reached .* or set --host or ISOL8_ADDRESS$/],
    [['--host', 'nonsense:::'], {}, /^isol8: --host: must be host:port/],
    [['--key', 'a-wrong-key-0123456789'], {}, /^isol8: .*; here it is --key, or ISOL8_API_KEY$/],
    [['--runtime', 'cobol'], {}, /^isol8: --runtime: "cobol" is unknown: use one of python/],
    [['--cpu', '1000'], {}, /^isol8: --cpu: is above/],
    [['--workdir', '../..'], {}, /^isol8: --workdir: /],
    [
      ['--session-id', 'nobody'],
      {},
      /^isol8: there is no session "nobody": create it first, or say --runtime to have it made$/,
    ],
  ])('%j %j is told in a line', async (args, env, message) => {
    const { code, stderr } = await isol8Run([...args, '-e', '1'], { env });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(message)]);
  });
});
