import { fromJson } from '@bufbuild/protobuf';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ExecuteRequestSchema } from '../../gen/isol8/v1/execution_pb.ts';
import { program, type Request } from '../support/collect.ts';
import { bringGrpcurl, exitCodeOf, grpcurl, withKey } from '../support/grpcurl.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

const EXECUTE = 'isol8.v1.Isol8Service/Execute';

let server: TestServer;
beforeAll(async () => {
  await bringGrpcurl();
  server = await startTestServer();
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

function call(method: string, request: object, ...options: string[]) {
  return grpcurl([...withKey(TEST_KEY), ...options, '-d', JSON.stringify(request), server.address, method]);
}

test('lists and describes what there is, without a key', async () => {
  const { stdout } = await grpcurl([server.address, 'list']);
  expect(stdout.trim().split('\n')).toEqual(
    expect.arrayContaining(['grpc.health.v1.Health', 'isol8.v1.AdminService', 'isol8.v1.Isol8Service']),
  );
  const described = await grpcurl([server.address, 'describe', 'isol8.v1.ExecuteRequest']);
  expect(described.stdout).toContain('oneof source');
});

test('runs a program', async () => {
  const { code, stdout } = await call(EXECUTE, { runtime: 'python', code: 'print(6*7)' });
  expect(code).toBe(0);
  expect(stdout).toContain('"stdout": "42\\n"');
  expect(stdout).toContain('"outcome": "OUTCOME_EXITED"');
});

test('shows the first line of a slow program before the program ends', async () => {
  const execute = {
    runtime: 'python',
    code: 'import time\nprint("first", flush=True)\ntime.sleep(2)\nprint("last")',
  };
  const seen = new Map<string, number>();
  let text = '';
  const onStdout = (piece: string) => {
    text += piece;
    for (const word of ['first', 'last', 'OUTCOME_EXITED']) {
      if (text.includes(word) && !seen.has(word)) seen.set(word, performance.now());
    }
  };
  const request = JSON.stringify({ execute });
  await grpcurl([...withKey(TEST_KEY), '-d', request, server.address, 'isol8.v1.Isol8Service/ExecuteStream'], {
    onStdout,
  });
  const [first, last, end] = [...seen.values()];
  expect([...seen.keys()]).toEqual(['first', 'last', 'OUTCOME_EXITED']);
  expect(Number(last) - Number(first)).toBeGreaterThan(1000);
  expect(Number(end)).toBeGreaterThanOrEqual(Number(last));
});

test.each([
  { what: 'no key', headers: [], reason: 'API_KEY_MISSING' },
  { what: 'a wrong key', headers: withKey('wrong-key-0123456789'), reason: 'API_KEY_INVALID' },
])('$what is Unauthenticated', async ({ headers, reason }) => {
  const request = JSON.stringify({ runtime: 'bash', code: 'echo' });
  const { code, stderr, stdout } = await grpcurl([...headers, '-d', request, server.address, EXECUTE]);
  expect(code).toBe(exitCodeOf(Status.UNAUTHENTICATED));
  expect(stderr).toContain('Code: Unauthenticated');
  expect(stderr).toContain(reason);
  expect(stdout).toBe('');
});

test('an unknown runtime is InvalidArgument with its reason and its field', async () => {
  const { code, stderr } = await call(EXECUTE, { runtime: 'cobol', code: 'x' }, '-format-error');
  expect(code).toBe(exitCodeOf(Status.INVALID_ARGUMENT));
  const { details } = JSON.parse(stderr) as { details: Record<string, unknown>[] };
  expect(details).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ reason: 'UNKNOWN_RUNTIME', domain: 'isol8' }),
      expect.objectContaining({ fieldViolations: [expect.objectContaining({ field: 'runtime' })] }),
      expect.objectContaining({ resourceType: 'isol8.v1.Runtime', resourceName: 'cobol' }),
    ]),
  );
});

test('all that is wrong is told in one round, each field with its reason', async () => {
  const limits = { timeout: '-1s', memory_bytes: 1, cpu_cores: 99_999, processes: 0 };
  const request = { runtime: 'python', code: '1', request_id: 'r', working_directory: '/etc', policy: { limits } };
  const { code, stderr } = await call(EXECUTE, request, '-format-error');
  expect(code).toBe(exitCodeOf(Status.INVALID_ARGUMENT));
  const { message, details } = JSON.parse(stderr) as { message: string; details: Record<string, unknown>[] };
  expect(details[0]).toMatchObject({ reason: 'INVALID_FIELD' });
  const all = [
    ['request_id', 'NOT_IMPLEMENTED'],
    ['working_directory', 'INVALID_FIELD'],
    ['policy.limits.timeout', 'INVALID_FIELD'],
    ['policy.limits.memory_bytes', 'INVALID_FIELD'],
    ['policy.limits.cpu_cores', 'POLICY_CEILING_EXCEEDED'],
    ['policy.limits.processes', 'INVALID_FIELD'],
  ].map(([field, reason]) => expect.objectContaining({ field, reason }));
  expect(details[1]).toMatchObject({ fieldViolations: all });
  expect(message).toContain('policy.limits.timeout: must be at least 0.001 s, not -1 s; ');
  expect(message).toContain('policy.limits.memory_bytes: must be at least 16 MiB for this runtime, not 1 byte; ');
});

test('E21: nothing can ask for two sources at once', async () => {
  // JSON by its standard, and the compiler, refuse it.
  const json = { runtime: 'bash', code: 'echo 1', command: 'echo 2' };
  expect(() => fromJson(ExecuteRequestSchema, json)).toThrow('oneof');
  // @ts-expect-error a source has one case
  const both: Request = { runtime: 'bash', source: { case: 'code', value: '', command: 'echo 2' } };
  expect(both).toBeDefined();
  // grpcurl keeps the last, before anything is sent.
  const { stdout } = await call(EXECUTE, json);
  expect(JSON.parse(stdout)).toMatchObject({ stdout: '2\n' });
});

test('health is open and SERVING, for the server and for each service, once the pool was full', async () => {
  await vi.waitFor(() => expect(server.app.engine.healthy).toBe(true), 60_000);
  for (const service of ['', 'isol8.v1.Isol8Service']) {
    const request = JSON.stringify({ service });
    const { stdout } = await grpcurl(['-d', request, server.address, 'grpc.health.v1.Health/Check']);
    expect(JSON.parse(stdout)).toEqual({ status: 'SERVING' });
  }
});

test('a deadline ends the execution on the host', async () => {
  const { code, stderr } = await call(EXECUTE, { runtime: 'bash', code: 'sleep 3600' }, '-max-time', '3');
  expect(code).toBe(exitCodeOf(Status.DEADLINE_EXCEEDED));
  expect(stderr).toContain('DeadlineExceeded');
  await server.settled();
});

test('a request that is too large is refused with the limit', async () => {
  const input = JSON.stringify({ runtime: 'bash', code: 'cat > /dev/null', stdin: 'A'.repeat(24 * 1024 * 1024) });
  const args = [...withKey(TEST_KEY), '-d', '@', server.address, EXECUTE];
  const { code, stderr } = await grpcurl(args, { input });
  expect(code).toBe(exitCodeOf(Status.RESOURCE_EXHAUSTED));
  expect(stderr).toContain('16777216');
  const answer = await server.client.isol8.execute(program('bash', 'echo next'));
  expect(answer.stdout).toBe('next\n');
});
