import { DockerIsol8 } from 'isol8';
import { afterEach, expect, test } from 'vitest';
import { run } from '../support/command.ts';

const engines: DockerIsol8[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

function engineWith(...options: ConstructorParameters<typeof DockerIsol8>): DockerIsol8 {
  const engine = new DockerIsol8(...options);
  engines.push(engine);
  return engine;
}

test('E27: starting and stopping twice is no error, and sandboxes can be had ahead', async () => {
  const engine = engineWith();
  await engine.start({ prewarm: { runtimes: ['python'] } });
  await engine.start({ prewarm: true });
  expect(await engine.execute({ runtime: 'python', code: 'print(6*7)' })).toMatchObject({ stdout: '42', exitCode: 0 });
  await engine.stop();
  await engine.stop();
});

test('what was stopped starts anew when it is used', async () => {
  const engine = engineWith({ timeoutMs: 10_000 });
  expect(await engine.execute({ runtime: 'bash', cmd: 'echo 1' })).toMatchObject({ stdout: '1' });
  await engine.stop();
  expect(await engine.execute({ runtime: 'bash', cmd: 'echo 2' })).toMatchObject({ stdout: '2' });
});

test('two engines in one process are apart', async () => {
  const [one, two] = [engineWith({ mode: 'persistent' }), engineWith({ mode: 'persistent' })];
  await one.execute({ runtime: 'bash', code: 'echo one > f' });
  await two.execute({ runtime: 'bash', code: 'ls' });
  expect(await one.execute({ runtime: 'bash', code: 'cat f' })).toMatchObject({ stdout: 'one' });
  expect(await two.execute({ runtime: 'bash', code: 'cat f' })).toMatchObject({ exitCode: 1 });
});

test('the example runs', async () => {
  const ended = await run(process.execPath, ['examples/typescript/docker.ts']);
  expect(ended).toEqual({ code: 0, stdout: 'one two 0 false\n256\nexit 0\nfrom outside\n', stderr: '' });
});
