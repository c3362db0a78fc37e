import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { PROGRAMS, RUNTIME_NAMES, type RuntimePrograms } from './runtime-programs.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

type Extra = Parameters<TestServer['client']['isol8']['execute']>[0];

async function run(runtime: string, code: string, extra: Extra = {}): Promise<ExecuteResponse> {
  const response = await server.client.isol8.execute({ runtime, source: { case: 'code', value: code }, ...extra });
  expect(response.outcome, response.message).toBe(Outcome.EXITED);
  return response;
}

describe.each(RUNTIME_NAMES)('%s', (runtime) => {
  const program = (): RuntimePrograms => {
    const found = PROGRAMS[runtime];
    if (found === undefined) throw new Error(`the suite has no programs for ${runtime}`);
    return found;
  };

  test('prints characters of every length', async () => {
    const { stdout, stdoutRaw, stderr, exitCode } = await run(runtime, program().print);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'Grüße 😀\n', stderr: '', exitCode: 0 });
    expect(stdoutRaw).toHaveLength(0);
  });

  test('gets arguments and variables as they are given', async () => {
    const args = ['a b', '--flag', '$HOME', 'ü', '-'];
    expect((await run(runtime, program().args, { arguments: args })).stdout).toBe(`${args.join('\n')}\n`);
    expect((await run(runtime, program().env, { env: { GIVEN: "a 'quoted' = value" } })).stdout).toBe(
      "a 'quoted' = value\n",
    );
  });

  test('reads standard input to its end, given or not', async () => {
    const stdin = Buffer.from('line\n'.repeat(20_000));
    expect((await run(runtime, program().stdin, { stdin })).stdout).toBe(stdin.toString());
    expect((await run(runtime, program().stdin)).stdout).toBe('');
  });

  test('gives its exit code and both streams', async () => {
    expect((await run(runtime, program().exit)).exitCode).toBe(3);
    const { stdout, stderr } = await run(runtime, program().streams);
    expect({ stdout, stderr }).toEqual({ stdout: 'o', stderr: 'e' });
  });

  test('tells where it fails', async () => {
    const { exitCode, stderr } = await run(runtime, program().fails);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('boom');
    expect(stderr).toMatch(/main\.\w+\D+3/);
  });

  test('finds what is beside it, and gives files back', async () => {
    const { path, content, code } = program().helper;
    const files = [{ path, content: Buffer.from(content) }];
    expect((await run(runtime, code, { files })).stdout).toBe('helped\n');
    const { files: out } = await run(runtime, program().write, { outputPaths: ['*.txt'] });
    expect(out.map((file) => [file.path, Buffer.from(file.content).toString()])).toEqual([['out.txt', 'written']]);
  });

  test('says its version', async () => {
    const { runtimes } = await server.client.isol8.getServerInfo({});
    expect(runtimes.find(({ name }) => name === runtime)?.version).toMatch(/^\d+\.\d+/);
  });
});
