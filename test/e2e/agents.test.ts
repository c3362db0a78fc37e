import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, run } from '../support/command.ts';
import { startModel } from '../support/model.ts';
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

/** The model forgets an import, sees why it failed, and goes on with what is there from the turn before. */
const TURNS = [
  { code: 'numbers = [3, 4, 5]\nprint(math.prod(numbers))' },
  { code: 'import math\nprint(math.prod(numbers))' },
  { say: (tools: readonly string[]) => `The product is ${JSON.parse(tools[1] ?? '').stdout.trim()}.` },
];

describe.each([
  ['TypeScript', [process.execPath, 'examples/typescript/agent.ts']],
  ['Python', ['.venv/bin/python', 'examples/python/agent.py']],
])('the agent in %s', (_, [program = '', file = '']) => {
  test('runs the code that the model asks for until the model answers', async () => {
    await using model = await startModel(TURNS);
    const env = {
      ISOL8_ADDRESS: server.address,
      ISOL8_API_KEY: TEST_KEY,
      OPENAI_API_KEY: 'of the test',
      OPENAI_BASE_URL: model.url,
      PYTHONPATH: 'clients/python/src',
    };
    const ended = await run(program, [file, 'What is 3 * 4 * 5?'], { env });
    expect(ended).toEqual({ code: 0, stdout: 'The product is 60.\n', stderr: '' });

    expect(model.asked.map((messages) => messages.map(({ role }) => role))).toEqual([
      ['system', 'user'],
      ['system', 'user', 'assistant', 'tool'],
      ['system', 'user', 'assistant', 'tool', 'assistant', 'tool'],
    ]);
    const told = model.asked[2]?.filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(content ?? ''));
    const fields = { duration_ms: expect.any(Number), truncated: false, outcome: 'EXITED' };
    expect(told).toEqual([
      { ...fields, stdout: '', stderr: expect.stringContaining('NameError'), exit_code: 1 },
      { ...fields, stdout: '60\n', stderr: '', exit_code: 0 },
    ]);
    // Its session is gone with it.
    const { sessions } = await server.client.isol8.listSessions({ states: [1, 2] });
    expect(sessions).toEqual([]);
  });
});
