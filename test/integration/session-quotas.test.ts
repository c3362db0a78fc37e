import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalFrom } from '../support/client.ts';
import { program } from '../support/collect.ts';
import { NO_POOL, startTestServer } from '../support/server.ts';

test('a key has as many sessions as the operator says, and can ask how many are left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isol8-quota-'));
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, 'key: { max_sessions: 2 }\n');
  await using server = await startTestServer({ ...NO_POOL, ISOL8_POLICY_FILE: policyFile, ISOL8_MAX_SESSIONS: '5' });
  const { isol8 } = server.client;
  const left = async () =>
    (await isol8.getServerInfo({})).quotas.map(({ name, limit, remaining }) => [name, limit, remaining]);
  expect(await left()).toEqual([['sessions', 2n, 2n]]);
  await isol8.createSession({ sessionId: 'a', runtime: 'bash' });
  // The second is made by one of two that ask at the same time.
  const missing = (sessionId: string) =>
    isol8.execute({ ...program('bash', 'true'), sessionId, createSessionIfMissing: true }).then(
      () => 'made',
      (error: Error) => error.message,
    );
  const made = await Promise.all([missing('b'), missing('c')]);
  expect(made.filter((one) => one === 'made')).toHaveLength(1);
  expect(made.find((one) => one !== 'made')).toContain('this key has 2 sessions already');
  expect(await left()).toEqual([['sessions', 2n, 0n]]);
  expect(await refusalFrom((options) => isol8.createSession({ runtime: 'bash' }, options))).toMatchObject({
    reason: 'QUOTA_EXCEEDED',
  });
  for (const sessionId of ['a', 'b', 'c']) await isol8.deleteSession({ sessionId });
  expect(await left()).toEqual([['sessions', 2n, 2n]]);
  await rm(folder, { recursive: true });
});
