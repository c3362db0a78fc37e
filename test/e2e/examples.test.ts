import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, ROOT, run } from '../support/command.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  await must('make', '--silent', 'venv');
  server = await startTestServer();
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const client = () => ({ ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY });

test('the README shows the examples that are in the tree', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const path of ['examples/python/hello.py', 'examples/typescript/hello.ts']) {
    expect(readme).toContain(readFileSync(join(ROOT, path), 'utf8'));
  }
});

test('the Python example runs', async () => {
  const env = { ...client(), PYTHONPATH: 'clients/python/src' };
  const { code, stdout, stderr } = await run('.venv/bin/python', ['examples/python/hello.py'], { env });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '42\n', stderr: 'EXITED with 0\n' });
});

test('the Python example of a session runs', async () => {
  const env = { ...client(), PYTHONPATH: 'clients/python/src' };
  const { code, stdout, stderr } = await run('.venv/bin/python', ['examples/python/session.py'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
    "'x = 42': EXITED ",
    "'while True: pass': TIMED_OUT ",
    "'print(x)': EXITED 42",
    "\"{'doubled': x * 2}\": EXITED  {'doubled': 84}",
  ]);
});

test('the TypeScript example runs', async () => {
  const ended = await run(process.execPath, ['examples/typescript/hello.ts'], { env: client() });
  expect(ended).toEqual({ code: 0, stdout: 'Hello\nfrom\na\nsandbox\n', stderr: '' });
});

test('the TypeScript example of a session runs', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['examples/typescript/session.ts'], { env: client() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
    'import csv; scores = EXITED',
    'while True: pass     TIMED_OUT KeyboardInterrupt',
    'print(sum(scores.val EXITED 91.0',
    "max(scores, key=scor EXITED 'Alice'",
    'scores["Carol"]      EXITED KeyError',
  ]);
});

test.each([
  ['.venv/bin/python', 'examples/python/hello.py'],
  [process.execPath, 'examples/typescript/hello.ts'],
])('without a server, or its key, %s %s says in a line what to do', async (program, file) => {
  const PYTHONPATH = 'clients/python/src';
  for (const [env, line] of [
    [{ ISOL8_ADDRESS: '127.0.0.1:1' }, /^127\.0\.0\.1:1 cannot be reached .* ISOL8_ADDRESS$/],
    [{ ISOL8_API_KEY: '' }, /; here it is `api_?[kK]ey`, or ISOL8_API_KEY$/],
    [{ ISOL8_API_KEY: 'another' }, /; here it is `api_?[kK]ey`, or ISOL8_API_KEY$/],
  ] as const) {
    const { code, stderr } = await run(program, [file], { env: { PYTHONPATH, ...client(), ...env } });
    expect({ code, lines: stderr.trimEnd().split('\n') }).toEqual({ code: 1, lines: [expect.stringMatching(line)] });
  }
});

test.each([
  ['.venv/bin/python', 'examples/python/session.py'],
  [process.execPath, 'examples/typescript/session.ts'],
])('without a key %s %s says what to set', async (program, file) => {
  const env = { ISOL8_API_KEY: '', PYTHONPATH: 'clients/python/src' };
  const { code, stderr } = await run(program, [file], { env });
  expect({ code, lines: stderr.trimEnd().split('\n') }).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^ISOL8_API_KEY is not set/)],
  });
});

test('the demo shows every runtime, streaming, both limits and a refusal', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['examples/demo.ts']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const name of ['Python', 'Node', 'Bun', 'Deno', 'Bash']) expect(stdout).toContain(`Hello from ${name}`);
  for (const text of ['line 3', 'TIMED_OUT', 'OUT_OF_MEMORY', 'INVALID_FIELD', 'working_directory']) {
    expect(stdout).toContain(text);
  }
  expect(stdout).not.toContain('not as it should be');
  expect(stdout).not.toMatch(/ $/m);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: make serve/);
});
