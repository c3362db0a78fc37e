import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, InterpreterStart, Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program, type Request } from '../../support/collect.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { BUN, DENO, JAVASCRIPT, NODE, TYPESCRIPT } from './javascript.ts';
import type { SameProgram } from './program.ts';
import { PYTHON } from './python.ts';

const PROGRAMS: Readonly<Record<string, readonly SameProgram[]>> = {
  python: PYTHON,
  node: [...NODE, ...JAVASCRIPT],
  bun: [...BUN, ...JAVASCRIPT, ...TYPESCRIPT],
  deno: [...DENO, ...JAVASCRIPT, ...TYPESCRIPT],
};

/** What of a request only a fresh process can honour, and how the answer says so. */
const REASONS: readonly (readonly [string, Partial<Request>, string])[] = [
  ['python', { env: { GIVEN: '1' }, arguments: ['x'], workingDirectory: '.' }, ''],
  ['python', { env: { GIVEN: '1', PYTHONHASHSEED: '0' } }, 'env.PYTHONHASHSEED'],
  ['python', { env: { TZ: 'Asia/Tokyo' } }, 'env.TZ'],
  ['python', { env: { LC_ALL: 'C' } }, 'env.LC_ALL'],
  ['python', { env: { LD_PRELOAD: '' } }, 'env.LD_PRELOAD'],
  ['python', { workingDirectory: '/tmp/../sandbox/sub', files: [file('sub/x')] }, 'working_directory'],
  ['python', { setupScript: ':' }, 'setup_script'],
  ['python', { source: { case: 'command', value: 'echo hi' } }, 'command'],
  ['python', { files: [file('.local/lib/python3.11/site-packages/x.pth')] }, 'files'],
  ['python', { policy: { limits: { memoryBytes: 300n * 1024n * 1024n } } }, ''],
  ['node', { policy: { limits: { memoryBytes: 300n * 1024n * 1024n } } }, 'policy.limits.memory_bytes'],
  ['node', { policy: { limits: { cpuCores: 0.7 } } }, 'policy.limits.cpu_cores'],
  ['node', { policy: { limits: { processes: 60 } } }, ''],
  ['node', { env: { NODE_OPTIONS: '--max-old-space-size=100' } }, 'env.NODE_OPTIONS'],
  ['bun', { env: { GIVEN: '1' } }, 'env.GIVEN'],
  ['bun', { files: [file('.env')] }, 'files'],
  ['deno', { files: [file('deno.json', '{}')] }, 'files'],
  ['deno', { arguments: ['x'] }, 'arguments'],
  ['deno', { env: { NO_COLOR: '' } }, 'env.NO_COLOR'],
];

let server: TestServer;
/** Where nothing waits. */
let coldServer: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'python=3,node=3,bun=3,deno=3' });
  coldServer = await startTestServer({ ISOL8_POOL: 'none', ISOL8_POOL_MAX: '0' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await coldServer[Symbol.asyncDispose]();
});

async function run(request: Request, on = server): Promise<ExecuteResponse> {
  return await on.client.isol8.execute(request);
}

function file(path: string, content = '') {
  return { path, content: Buffer.from(content) };
}

/** What a caller can tell apart. */
function seen({ outcome, exitCode, signal, stdout, stdoutRaw, stderr, stderrRaw, files, message }: ExecuteResponse) {
  return { outcome, exitCode, signal, stdout, stdoutRaw, stderr, stderrRaw, files, message };
}

describe.each(Object.entries(PROGRAMS))('%s does the same in an interpreter that waited', (runtime, programs) => {
  test.each(programs)('$name', async ({ code, more, shows }) => {
    const request = program(runtime, code, more);
    await server.waiting(runtime);
    const hot = await run(request);
    const cold = await run(request, coldServer);
    expect(seen(hot)).toEqual(seen(cold));
    if (typeof shows === 'string') expect(hot.stdout).toContain(shows);
    else expect(hot.stdout).toMatch(shows);
    expect(cold.timings?.interpreter).toBe(InterpreterStart.COLD);
    const reason = hot.timings?.coldReason;
    expect(hot.timings?.interpreter, reason).toBe(reason === '' ? InterpreterStart.HOT : InterpreterStart.COLD);
  });
});

test.each(REASONS)('%s, %o: %s', async (runtime, more, reason) => {
  await server.waiting(runtime);
  const { timings, outcome } = await run(program(runtime, '', more));
  expect(outcome).toBe(Outcome.EXITED);
  expect(timings?.coldReason).toBe(reason);
  expect(timings?.interpreter).toBe(reason === '' ? InterpreterStart.HOT : InterpreterStart.COLD);
});
