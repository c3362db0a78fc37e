import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { createEngine } from '../../src/engine/index.ts';
import { NO_OPERATOR } from '../../src/engine/policy/operator.ts';
import { codeRequest } from '../../src/engine/test-support.ts';
import type { Engine, ExecutionRequest } from '../../src/engine/types.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { buildGo } from '../support/go.ts';
import { NO_POOL } from '../support/server.ts';

async function output(engine: Engine, request: ExecutionRequest): Promise<string> {
  let text = '';
  for await (const event of engine.start(request, new AbortController().signal).events()) {
    if (event.kind === 'text') text += event.text;
  }
  return text;
}

test('a session of the guest of another build is served, and a new sandbox has this build’s', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'isol8-upgrade-'));
  const config = loadConfig({ ...process.env, ...NO_POOL, ISOL8_DATA_DIR: dataDir });
  const docker = await connectDocker(config.dockerHost);
  const other = await buildGo('guest', './cmd/isol8-guest', docker.info.architecture);
  const log = createLog('silent');
  const session = { id: 'old', create: true };
  const guest = 'sha256sum < /.isol8/isol8-guest || echo unreadable; stat -c %s /.isol8/isol8-guest';
  const asked = codeRequest('bash', `echo "run $(cat count 2> /dev/null)"; echo 1 > count; ${guest}`, { session });
  const before = await createEngine(config, NO_OPERATOR, () => other, log);
  const first = await output(before, asked);
  expect(first).toContain('run \n');
  await before[Symbol.asyncDispose]();

  const after = await createEngine(config, NO_OPERATOR, guestBinaryPath, log);
  try {
    expect(await output(after, asked)).toBe(first.replace('run ', 'run 1'));
    const size = (text: string) => Number(text.trim().split('\n').at(-1));
    const fresh = await output(after, codeRequest('bash', guest));
    expect(size(fresh)).not.toBe(size(first));
    await after.sessions.delete('test', 'old');
  } finally {
    await after[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  }
});
