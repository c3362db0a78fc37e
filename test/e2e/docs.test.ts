import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RUNTIMES } from '../../src/engine/runtimes/registry.ts';
import { must, ROOT, run } from '../support/command.ts';
import { type Block, blocksOf } from '../support/pages.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  await must('make', '--silent', 'grpcurl', 'venv');
  server = await startTestServer();
  await vi.waitFor(() => expect(server.app.engine.healthy).toBe(true), 60_000);
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

async function follow({ text, shows }: Block, before = ''): Promise<void> {
  const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY };
  const script = `set -e\n${before}\n${text}`.replaceAll(/127\.0\.0\.1:50051/g, server.address);
  const { code, stdout, stderr } = await run('bash', ['-c', script], { env });
  expect(code, stderr).toBe(0);
  if (shows?.kind === 'json') expect(JSON.parse(stdout)).toMatchObject(JSON.parse(shows.text));
  if (shows?.kind === 'text') expect(stdout.trimEnd()).toBe(shows.text.trimEnd());
}

// `make demo` and serving have tests of their own.
test.each(blocksOf('README.md', 'sh').filter(({ text }) => !/^make demo|isol8\.js serve$/m.test(text)))(
  '$title',
  (block) => follow(block),
);

const [prelude, ...usage] = blocksOf('docs/usage.md', 'sh');
test.each(usage)('$title', (block) => follow(block, prelude?.text));

const [isol8, ...commands] = blocksOf('docs/command-line.md', 'sh');
test.each(commands)('$title', (block) => follow(block, isol8?.text));

// One session from the first block to the last.
test.each(blocksOf('docs/sessions.md', 'sh'))('$title', (block) => follow(block, prelude?.text));

test('the table of runtimes is true', () => {
  const page = readFileSync(join(ROOT, 'docs/usage.md'), 'utf8');
  for (const { name, mainFile, memoryFloorBytes } of RUNTIMES) {
    const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(page)?.[0];
    expect(row).toContain(`\`${mainFile}\``);
    expect(row).toContain(`${memoryFloorBytes / 2 ** 20} MiB`);
    expect(row).toContain(mainFile.endsWith('.ts') ? '| yes' : '| no');
  }
});

// The first one stands before all others.
const programs = blocksOf('docs/python.md', 'python');
const first = programs[0]?.text ?? '';
test.each(programs)('$title', async ({ text, shows }) => {
  const program = text === first ? text : `${first}${text}`;
  const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY, PYTHONPATH: 'clients/python/src' };
  const { code, stdout, stderr } = await run('.venv/bin/python', ['-c', program], { env });
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: shows?.text ?? '' });
});
