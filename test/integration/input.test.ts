import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Outcome, StdinMode } from '../../gen/isol8/v1/execution_pb.ts';
import { type Isol8Client, refusalFrom } from '../support/client.ts';
import { program } from '../support/collect.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let isol8: Isol8Client;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'python=1' });
  isol8 = server.client.isol8;
});
afterAll(() => server[Symbol.asyncDispose]());

/** Begins an execution and gives its id and its end. */
async function begin(code: string, more: object = {}) {
  let resolve = (_: string) => {};
  const id = new Promise<string>((given) => {
    resolve = given;
  });
  const request = { ...program('python', code), stdinMode: StdinMode.INTERACTIVE, ...more };
  const done = isol8.execute(request, {
    onHeader: (header) => resolve(String(header.get('isol8-execution-id') ?? '')),
  });
  return { executionId: await id, done };
}

test('input comes in its order, once, and ends', async () => {
  const code = "import sys\nfor line in sys.stdin: print('got', line.strip(), flush=True)\nprint('end')";
  const { executionId, done } = await begin(code, { stdin: Buffer.from('first\n') });
  const send = (offset: bigint, data: string, end = false) =>
    isol8.sendInput({ executionId, offset, data: Buffer.from(data), end });
  expect((await send(6n, 'second\n')).offset).toBe(13n);
  expect((await send(6n, 'second\n')).offset).toBe(13n);
  const gap = await refusalFrom((options) => isol8.sendInput({ executionId, offset: 14n }, options));
  expect(gap).toMatchObject({ reason: 'INPUT_REFUSED' });
  await send(13n, 'third\n', true);
  expect(await done).toMatchObject({ stdout: 'got first\ngot second\ngot third\nend\n', outcome: Outcome.EXITED });
  const late = await refusalFrom((options) =>
    isol8.sendInput({ executionId, offset: 19n, data: Buffer.from('x') }, options),
  );
  expect(late).toMatchObject({ reason: 'INPUT_REFUSED' });
});

test('a signal reaches the program', async () => {
  const code =
    "import signal, sys\nsignal.signal(signal.SIGUSR1, lambda *_: (print('signalled'), sys.exit(7)))\nprint('up', flush=True)\nsys.stdin.read()";
  const { executionId, done } = await begin(code);
  await delay(500);
  await isol8.sendSignal({ executionId, signal: 10 });
  expect(await done).toMatchObject({ stdout: 'up\nsignalled\n', exitCode: 7 });
  await isol8.sendSignal({ executionId, signal: 10 });
});
