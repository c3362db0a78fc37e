import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import type { Request } from '../support/collect.ts';
import type { TestServer } from '../support/server.ts';
import { PROGRAMS, RUNTIME_NAMES, type RuntimePrograms } from './runtime-programs.ts';

/** What every runtime must be able to do, on a server of some kind and with some policy. */
export function everyRuntime(start: () => Promise<TestServer>, policy: NonNullable<Request['policy']> = {}): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await server.settled();
    await server[Symbol.asyncDispose]();
  });

  async function run(runtime: string, code: string, extra: Partial<Request> = {}): Promise<ExecuteResponse> {
    const source = { case: 'code' as const, value: code };
    const response = await server.client.isol8.execute({ runtime, source, policy, ...extra });
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

    test('has children and threads', async () => {
      const { stdout, stderr } = await run(runtime, program().parallel);
      expect(stdout, stderr).toBe('child\nthread\n');
    });

    test('says its version', async () => {
      const { runtimes } = await server.client.isol8.getServerInfo({});
      expect(runtimes.find(({ name }) => name === runtime)?.version).toMatch(/^\d+\.\d+/);
    });
  });
}
