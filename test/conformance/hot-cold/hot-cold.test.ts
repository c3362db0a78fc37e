import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, InterpreterStart } from '../../../gen/isol8/v1/execution_pb.ts';
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

/** A set-up script that does nothing: the program after it is started for itself. */
const COLD = { setupScript: ':' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'python=3,node=3,bun=3,deno=3' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function run(request: Request): Promise<ExecuteResponse> {
  return await server.client.isol8.execute(request);
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
    const cold = await run({ ...request, ...COLD });
    expect(seen(hot)).toEqual(seen(cold));
    if (typeof shows === 'string') expect(hot.stdout).toContain(shows);
    else expect(hot.stdout).toMatch(shows);
    expect(cold.timings?.interpreter).toBe(InterpreterStart.COLD);
    const reason = hot.timings?.coldReason;
    expect(hot.timings?.interpreter, reason).toBe(reason === '' ? InterpreterStart.HOT : InterpreterStart.COLD);
  });
});
