import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RUNTIMES } from '../../src/engine/runtimes/registry.ts';
import { must, ROOT, run } from '../support/command.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

/** A block of shell in a page, and the block after it where that shows what comes out. */
interface Block {
  readonly title: string;
  readonly shell: string;
  readonly shows?: { readonly kind: string; readonly text: string };
}

function blocksOf(page: string): Block[] {
  const fences = /^```(\w+)\n(.*?)^```$/gms;
  const all = [...readFileSync(join(ROOT, page), 'utf8').matchAll(fences)];
  return all.flatMap(([, kind, text = ''], i): Block[] => {
    if (kind !== 'sh') return [];
    const [, nextKind = '', nextText = ''] = all[i + 1] ?? [];
    const shows = ['json', 'text'].includes(nextKind) ? { shows: { kind: nextKind, text: nextText } } : {};
    return [{ title: `${page}: ${text.split('\n')[0]}`, shell: text, ...shows }];
  });
}

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

async function follow({ shell, shows }: Block, before = ''): Promise<void> {
  const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY };
  const script = `set -e\n${before}\n${shell}`.replaceAll(/127\.0\.0\.1:50051/g, server.address);
  const { code, stdout, stderr } = await run('bash', ['-c', script], { env });
  expect(code, stderr).toBe(0);
  if (shows?.kind === 'json') expect(JSON.parse(stdout)).toMatchObject(JSON.parse(shows.text));
  if (shows?.kind === 'text') expect(stdout.trimEnd()).toBe(shows.text.trimEnd());
}

// `make demo` and serving have tests of their own.
test.each(blocksOf('README.md').filter(({ shell }) => !/^make demo|isol8\.js serve$/m.test(shell)))('$title', (block) =>
  follow(block),
);

const [prelude, ...usage] = blocksOf('docs/usage.md');
test.each(usage)('$title', (block) => follow(block, prelude?.shell));

const [isol8, ...commands] = blocksOf('docs/command-line.md');
test.each(commands)('$title', (block) => follow(block, isol8?.shell));

// One session from the first block to the last.
test.each(blocksOf('docs/sessions.md'))('$title', (block) => follow(block, prelude?.shell));

test('the table of runtimes is true', () => {
  const page = readFileSync(join(ROOT, 'docs/usage.md'), 'utf8');
  for (const { name, mainFile, memoryFloorBytes } of RUNTIMES) {
    const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(page)?.[0];
    expect(row).toContain(`\`${mainFile}\``);
    expect(row).toContain(`${memoryFloorBytes / 2 ** 20} MiB`);
    expect(row).toContain(mainFile.endsWith('.ts') ? '| yes' : '| no');
  }
});

/** Programs of a page, each with what it prints; the first one stands before all others. */
function programsOf(page: string): { title: string; program: string; prints: string }[] {
  const fences = /^```python\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?/gms;
  const all = [...readFileSync(join(ROOT, page), 'utf8').matchAll(fences)];
  const [, prelude = ''] = all[0] ?? [];
  return all.map(([, program = '', prints = ''], i) => ({
    title: `${page}: ${i + 1}: ${program.split('\n')[0]}`,
    program: i === 0 ? program : `${prelude}${program}`,
    prints,
  }));
}

test.each(programsOf('docs/python.md'))('$title', async ({ program, prints }) => {
  const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY, PYTHONPATH: 'clients/python/src' };
  const { code, stdout, stderr } = await run('.venv/bin/python', ['-c', program], { env });
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: prints });
});
