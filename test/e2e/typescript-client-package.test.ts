import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, ROOT, run } from '../support/command.ts';
import { blocksOf } from '../support/pages.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

const [prelude, ...blocks] = blocksOf('docs/typescript.md', 'ts');
const [quickstart] = blocksOf('clients/typescript/README.md', 'js');

/** Every Node.js of this machine that the package is for, by version: the pinned one, and what `npm` came with. */
async function nodes(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of new Set((process.env['PATH'] ?? '').split(delimiter))) {
    const node = join(folder, 'node');
    const { code, stdout } = await run(node, ['--version']).catch(() => ({ code: 1, stdout: '' }));
    if (code === 0 && Number.parseInt(stdout.slice(1), 10) >= 20) found.set(stdout.trim(), node);
  }
  return found;
}

let server: TestServer;
/** An empty project with the package in it, as npm packs it. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'isol8-project-'));
  server = await startTestServer();
  // The repository's npm runs no scripts, and tells so to what it runs; this one builds the package.
  const pack = `cd clients/typescript && npm pack --ignore-scripts=false --json --silent --pack-destination '${project}'`;
  const packed = JSON.parse(await must('bash', '-c', pack));
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const install = ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', project];
  await must('npm', ...install, join(project, packed[0].filename), '@types/node@24');
});
afterAll(async () => {
  await rm(project, { recursive: true });
  await server.settled();
  await server[Symbol.asyncDispose]();
});

const env = () => ({ ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY });

test('the package has what it needs, and nothing else', async () => {
  const folder = join(project, 'node_modules', '@isol8', 'client');
  expect((await readdir(folder)).sort()).toEqual(['README.md', 'dist', 'package.json']);
  const files = await readdir(join(folder, 'dist'), { recursive: true });
  expect(files).toContain('LICENSE');
  expect(files.filter((name) => /guest|admin|reflection|\.test\.|(?<!\.d)\.ts$/.test(name))).toEqual([]);
});

test('the README’s program runs on every Node.js from 20 on that is here', async () => {
  await writeFile(join(project, 'quickstart.js'), quickstart?.text ?? '');
  const found = await nodes();
  expect([...found.keys()]).toContain(process.version);
  for (const [version, node] of found) {
    const { code, stdout, stderr } = await run(node, [join(project, 'quickstart.js')], { env: env() });
    expect({ version, code, stdout, stderr }).toEqual({
      version,
      code: 0,
      stdout: '42\n EXITED 0\nhello\n42\n\n',
      stderr: '',
    });
  }
});

/** What hangs on how Node.js ends calls and streams, which has changed from one version to the next. */
const ENDINGS = `
import { Isol8 } from '@isol8/client';
import { RemoteIsol8 } from '@isol8/client/remote';
const isol8 = new Isol8();
const session = await isol8.sessions.create({ runtime: 'bash' });
async function* broken() {
  yield 'part of it';
  throw new Error('the source broke');
}
await session.files.write('broken', broken()).catch(({ message }) => console.log(message));
const signal = AbortSignal.timeout(300);
await session.execute({ code: 'sleep 600' }, { signal }).catch(({ name, cause }) => console.log(name, cause.name));
for await (const { type } of session.executeStream({ code: 'echo up; sleep 600' })) if (type === 'stdout') break;
await session.files.write('whole', new Blob(['all of it']));
for await (const { path } of session.files.list()) console.log(path, await session.files.readText(path));
await session[Symbol.asyncDispose]();
const remote = new RemoteIsol8({ host: isol8.address, apiKey: process.env.ISOL8_API_KEY }, { mode: 'persistent' });
console.log((await remote.execute({ runtime: 'bash', code: 'echo remote' })).stdout);
await remote.stop();
`;

test('calls and streams end well on every Node.js from 20 on that is here', async () => {
  await writeFile(join(project, 'endings.js'), ENDINGS);
  for (const [version, node] of await nodes()) {
    const { code, stdout, stderr } = await run(node, [join(project, 'endings.js')], { env: env() });
    const lines = ['the source broke', 'CancelledError TimeoutError', 'whole all of it', 'remote', ''];
    expect({ version, code, stdout, stderr }).toEqual({ version, code: 0, stdout: lines.join('\n'), stderr: '' });
  }
});

describe('docs/typescript.md', () => {
  test.each(blocks)('$title', async ({ text, shows }) => {
    const file = join(project, 'block.ts');
    await writeFile(file, `${prelude?.text}\n${text}`);
    const { code, stdout, stderr } = await run(process.execPath, [file], { env: env() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd()).toBe(shows?.text.trimEnd());
  });

  test.each([
    ['no browser', []],
    ['those of a browser too', ['dom']],
  ])('everything in it compiles, strictly, with the types of the package and %s', async (_, more) => {
    const folder = join(project, 'typed');
    await mkdir(folder, { recursive: true });
    const programs = [...blocks.map(({ text }) => `${prelude?.text}\n${text}`), quickstart?.text ?? ''];
    await Promise.all(programs.map((program, i) => writeFile(join(folder, `block${i}.ts`), program)));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', ...more],
      types: ['node'],
      strict: true,
      // What the package brings is looked at too.
      skipLibCheck: false,
      noEmit: true,
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['typed'] }));
    const { code, stdout } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});
