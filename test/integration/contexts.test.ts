import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterpreterStart, Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit } from '../../gen/isol8/v1/policy_pb.ts';
import { type Isol8Client, refusalFrom } from '../support/client.ts';
import { program, type Request } from '../support/collect.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openSession } from '../support/sessions.ts';

let server: TestServer;
let isol8: Isol8Client;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'python=1,node=1,bash=1' });
  isol8 = server.client.isol8;
});
afterAll(() => server[Symbol.asyncDispose]());

/** A session and one context in it. */
async function openContext(runtime: string, creation = {}) {
  const session = await openSession(isol8, runtime, creation);
  const cell = (code: string, more: Partial<Request> = {}) => session.run(code, { context: 'main', ...more });
  return { id: session.id, session, cell, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

const text = (display: { data: Record<string, Uint8Array> } | undefined, type = 'text/plain') =>
  Buffer.from(display?.data[type] ?? []).toString();

const seconds = (value: number) => ({ seconds: BigInt(value) });

describe.each([
  ['python', 'x = 42', 'print(x)', 'x * 2', 'raise ValueError("no")', 'ValueError', 'while True: pass'],
  ['node', 'const x = 42', 'console.log(x)', 'x * 2', 'throw new TypeError("no")', 'TypeError', 'while (true) {}'],
  ['bun', 'const x = 42', 'console.log(x)', 'x * 2', 'throw new TypeError("no")', 'TypeError', 'while (true) {}'],
  ['deno', 'const x = 42', 'console.log(x)', 'x * 2', 'throw new TypeError("no")', 'TypeError', 'while (true) {}'],
])('a context in %s', (runtime, set, print, value, fail, name, endless) => {
  test('keeps its variables, shows values, tells errors, and outlives what is interrupted', async () => {
    await using context = await openContext(runtime);
    expect(await context.cell(set)).toMatchObject({ exitCode: 0, timings: { interpreter: InterpreterStart.HOT } });
    expect(await context.cell(print)).toMatchObject({ stdout: '42\n', timings: { interpreter: InterpreterStart.HOT } });
    const shown = await context.cell(value);
    expect(shown.displays).toMatchObject([{ isResult: true, context: 'main' }]);
    expect(text(shown.displays[0])).toBe('84');
    const failed = await context.cell(fail);
    expect(failed).toMatchObject({ outcome: Outcome.EXITED, exitCode: 1, error: { name, message: 'no' } });
    expect(failed.stderr).toContain(name);
    expect(failed.contextEnded).toBe(false);
    const late = await context.cell(endless, { policy: { limits: { timeout: seconds(1) } } });
    expect(late).toMatchObject({ outcome: Outcome.TIMED_OUT, contextEnded: false });
    expect(await context.cell(print)).toMatchObject({ stdout: '42\n' });
  });
});

test('a context in bash keeps variables, functions and its directory', async () => {
  await using context = await openContext('bash');
  await context.cell('x=42; double() { echo $((2 * $1)); }; mkdir -p deep; cd deep; export Y=1');
  expect(await context.cell('double $x; pwd; env | grep ^Y=')).toMatchObject({ stdout: '84\n/sandbox/deep\nY=1\n' });
  expect(await context.cell('while :; do :; done', { policy: { limits: { timeout: seconds(1) } } })).toMatchObject({
    outcome: Outcome.TIMED_OUT,
    contextEnded: false,
  });
  expect(await context.cell('echo $x; false')).toMatchObject({ stdout: '42\n', exitCode: 1 });
  expect(await context.cell('exit 3')).toMatchObject({ exitCode: 3, contextEnded: true });
  expect(await context.cell('echo "[$x]"')).toMatchObject({ stdout: '[]\n' });
});

describe('python', () => {
  test('rich forms, several displays, and standard input of one cell', async () => {
    await using context = await openContext('python');
    const code = `
class Table:
    def _repr_html_(self): return "<b>1</b>"
    def _repr_markdown_(self): return "*1*"
    def __repr__(self): return "Table"
display("first")
Table()`;
    const { displays } = await context.cell(code);
    expect(displays.map((one) => [one.isResult, Object.keys(one.data).sort()])).toEqual([
      [false, ['text/plain']],
      [true, ['text/html', 'text/markdown', 'text/plain']],
    ]);
    expect(text(displays[1], 'text/html')).toBe('<b>1</b>');
    const read = { stdin: Buffer.from('one\ntwo\n') };
    expect(await context.cell('print(input(), input())', read)).toMatchObject({ stdout: 'one two\n' });
    expect(await context.cell('input()')).toMatchObject({ error: { name: 'EOFError' } });
  });

  test('an error has the frames of the code, and no others', async () => {
    await using context = await openContext('python');
    await context.cell('def inner():\n    return 1 / 0\n');
    const { error } = await context.cell('\ninner()');
    expect(error).toMatchObject({ name: 'ZeroDivisionError', message: 'division by zero' });
    expect(error?.frames.map(({ file, line, function: name, source }) => [file, line, name, source])).toEqual([
      ['<cell 2>', 2, '', 'inner()'],
      ['<cell 1>', 2, 'inner', 'return 1 / 0'],
    ]);
  });

  test('a running cell is interrupted by a signal, and by a cancel, and x is still 42', async () => {
    await using context = await openContext('python');
    await context.cell('x = 42');
    let executionId = '';
    const endless = isol8.execute(
      { ...program('', 'print("on", flush=True)\nwhile True: pass'), sessionId: context.id, context: 'main' },
      {
        onHeader: (header) => {
          executionId = String(header.get('isol8-execution-id'));
        },
      },
    );
    await delay(500);
    await isol8.sendSignal({ executionId, signal: 2 });
    expect(await endless).toMatchObject({ outcome: Outcome.EXITED, error: { name: 'KeyboardInterrupt' } });
    const again = isol8.execute(
      { ...program('', 'while True: pass'), sessionId: context.id, context: 'main' },
      {
        onHeader: (header) => {
          executionId = String(header.get('isol8-execution-id'));
        },
      },
    );
    await delay(300);
    await isol8.cancelExecution({ execution: { case: 'executionId', value: executionId } });
    expect(await again).toMatchObject({ outcome: Outcome.CANCELLED, contextEnded: false });
    expect(await context.cell('print(x)')).toMatchObject({ stdout: '42\n' });
  });

  test('secrets of one cell are masked in the output, displays and errors of later ones', async () => {
    await using context = await openContext('python');
    await context.cell("import os; kept = os.environ['TOKEN']", { secrets: { TOKEN: 'correct-horse-battery' } });
    const { stdout, displays } = await context.cell('print(kept); kept');
    expect([stdout, text(displays[0])]).toEqual(['***\n', "'***'"]);
    expect((await context.cell('raise ValueError(kept)')).error?.message).toBe('***');
    expect((await context.cell("import os; print('TOKEN' in os.environ)")).stdout).toBe('False\n');
  });

  test('a context that dies says so, and comes back empty; others in the session live', async () => {
    await using context = await openContext('python');
    await context.cell('x = 1');
    await context.session.run('y = 2', { context: 'other' });
    const names = async () => (await isol8.getSession({ sessionId: context.id })).session?.contexts;
    expect(await names()).toEqual(['main', 'other']);
    expect(await context.cell('import os; os._exit(9)')).toMatchObject({ exitCode: 9, contextEnded: true });
    expect(await names()).toEqual(['other']);
    expect(await context.cell('x')).toMatchObject({ error: { name: 'NameError' } });
    const starved = await context.cell('hoard = bytearray(10**9)');
    expect(starved).toMatchObject({ outcome: Outcome.OUT_OF_MEMORY, contextEnded: true });
    expect(await context.session.run('print(y)', { context: 'other' })).toMatchObject({ stdout: '2\n' });
    await isol8.resetContext({ sessionId: context.id, context: 'other' });
    await isol8.resetContext({ sessionId: context.id, context: 'other' });
    expect(await context.session.run('y', { context: 'other' })).toMatchObject({ error: { name: 'NameError' } });
  });

  test('a cell whose context is reset is cancelled, and the output limit interrupts one', async () => {
    await using context = await openContext('python');
    const running = context.cell('print("on", flush=True)\nwhile True: pass');
    await delay(700);
    await isol8.resetContext({ sessionId: context.id, context: 'main' });
    expect(await running).toMatchObject({ outcome: Outcome.CANCELLED, stdout: 'on\n', contextEnded: true });
    await context.cell('x = 42');
    const policy = { limits: { outputBytes: 1000n }, onOutputLimit: OnOutputLimit.KILL };
    const flood = await context.cell('while True: print("x" * 100)', { policy });
    expect(flood).toMatchObject({ outcome: Outcome.OUTPUT_LIMIT_EXCEEDED, contextEnded: false });
    expect(flood.stdout).toHaveLength(1000);
    expect(await context.cell('print(x)')).toMatchObject({ stdout: '42\n' });
  });

  test('no output of one cell is in the next, and none is lost', async () => {
    await using context = await openContext('python');
    for (let i = 0; i < 30; i++) {
      const code = `import sys, subprocess\nsubprocess.run(['echo', 'child ${i}'])\nsys.stdout.write('last ${i}')`;
      expect((await context.cell(code)).stdout).toBe(`child ${i}\nlast ${i}`);
    }
  });

  test('what code makes of its driver gains it nothing', async () => {
    await using context = await openContext('python');
    const forge = `
import os, struct, time
for fd in range(3, 300):
    try: os.write(fd, b'\\x00\\x00\\x00\\x05done!' * 10)
    except OSError: pass
time.sleep(60)
`;
    const forged = await context.cell(forge, { policy: { limits: { timeout: seconds(2) } } });
    expect(forged.outcome === Outcome.TIMED_OUT || forged.contextEnded).toBe(true);
    const { processes } = await isol8.getSessionUsage({ sessionId: context.id });
    expect(processes.filter(({ context: name }) => name === 'main').length).toBeLessThanOrEqual(1);
    expect(await context.cell('print("well")')).toMatchObject({ stdout: 'well\n', exitCode: 0 });
  });
});

test('a time limit is believed, however late the server hears that the cell began', async () => {
  await using context = await openContext('python');
  await context.cell('x = 42');
  const policy = { limits: { timeout: { seconds: 0n, nanos: 150_000_000 } } };
  // The server lives in this process, and stands still after the cell was sent: after one of these at least.
  for (const ms of [3, 6, 12, 25, 50, 100]) {
    const running = context.cell('while True: pass', { policy });
    await delay(ms);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    expect(await running).toMatchObject({ outcome: Outcome.TIMED_OUT, contextEnded: false });
  }
  expect(await context.cell('print(x)')).toMatchObject({ stdout: '42\n' });
});

test('what makes no sense in a context is refused by name', async () => {
  await using session = await openSession(isol8, 'python');
  const source = { case: 'command' as const, value: 'ls' };
  const refused = await refusalFrom((options) =>
    isol8.execute({ sessionId: session.id, context: '-', source, arguments: ['a'], stdinMode: 3 }, options),
  );
  expect(refused.fields).toEqual(['context', 'command', 'arguments', 'stdin_mode']);
  const alone = await refusalFrom((options) => isol8.execute({ ...program('python', '1'), context: 'c' }, options));
  expect(alone.fields).toEqual(['context']);
});
