import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SelfTestResult, SelfTestVerdict } from '../../../gen/isol8/v1/admin_pb.ts';
import { ATTEMPTS } from '../../../src/engine/self-test/attempts.ts';
import { connectAdmin, refusalFrom } from '../../support/client.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';

const { REFUSED, KNOWN_LIMIT } = SelfTestVerdict;

let server: TestServer;
let results: readonly SelfTestResult[];
beforeAll(async () => {
  server = await startTestServer();
  using client = connectAdmin(server.address, TEST_KEY);
  const answer = await client.admin.runSelfTest({});
  results = answer.results;
  expect(answer.passed, JSON.stringify(results.filter(({ passed }) => !passed))).toBe(true);
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

test('there are at least forty of them, each with a name of its own', () => {
  expect(new Set(results.map(({ name }) => name)).size).toBe(ATTEMPTS.length);
  expect(ATTEMPTS.length).toBeGreaterThanOrEqual(40);
});

describe('a sandbox refuses', () => {
  test.each(ATTEMPTS.filter(({ knownLimit }) => knownLimit === undefined))(
    '$name: a program that $tries',
    ({ name }) => {
      const result = results.find((one) => one.name === name);
      expect(result).toMatchObject({ passed: true, verdict: REFUSED });
      expect(result?.message).not.toBe('');
    },
  );
});

describe('what is promised to nobody is told as such', () => {
  test.each(ATTEMPTS.filter(({ knownLimit }) => knownLimit !== undefined))(
    '$name: a program that $tries',
    ({ name }) => {
      const result = results.find((one) => one.name === name);
      expect([REFUSED, KNOWN_LIMIT]).toContain(result?.verdict);
      expect(result?.passed).toBe(result?.verdict === REFUSED);
    },
  );
});

test.each([
  [{ cases: ['user-namespace', 'no-such-case'] }, 'cases[1]'],
  [{ policy: { profile: 'no-such-profile' } }, 'policy.profile'],
  [{ policy: { isolation: { seccomp: 'no-such-filter' } } }, 'policy.isolation.seccomp'],
])('what is unknown is refused before anything runs: %j', async (request, field) => {
  using client = connectAdmin(server.address, TEST_KEY);
  const refusal = await refusalFrom((options) => client.admin.runSelfTest(request, options));
  expect(refusal).toMatchObject({ reason: 'INVALID_FIELD', fields: [field] });
  if (field === 'cases[1]') expect(refusal.message).toContain('keyrings');
});

test('a case can be tried alone, and a call that ends ends it', async () => {
  using client = connectAdmin(server.address, TEST_KEY);
  const { passed, results: some } = await client.admin.runSelfTest({ cases: ['keyrings'] });
  expect(passed).toBe(true);
  expect(some.map(({ name }) => name)).toEqual(['keyrings']);
  await expect(client.admin.runSelfTest({}, { signal: AbortSignal.timeout(2000) })).rejects.toThrow();
  await server.settled();
});
