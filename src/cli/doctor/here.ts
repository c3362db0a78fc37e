import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { guestBinaryPath } from '../../engine/guest/binary.ts';
import { createEngine } from '../../engine/index.ts';
import { NO_OPERATOR } from '../../engine/policy/operator.ts';
import type { SelfTestResult } from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import { loadPolicyFile } from '../../policy-file.ts';
import { createLog } from '../../telemetry/log.ts';
import type { Wanted } from './examination.ts';

/**
 * Makes the attempts with an engine of its own that has the operator's settings. It works in a data directory that lasts
 * as long as it does, so that it can run beside a server.
 *
 * @throws ConfigError, or EngineError when there is no Docker or the policy is refused
 */
export async function attemptsHere(
  config: Config,
  { cases, profile, seccomp }: Wanted,
  signal: AbortSignal,
): Promise<readonly SelfTestResult[]> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'isol8-doctor-'));
  stack.defer(() => rm(dataDir, { recursive: true }));
  const operator = config.policyFile === '' ? NO_OPERATOR : loadPolicyFile(config.policyFile);
  // Attempts are Python; nothing else needs to wait.
  const pool = new Map([...config.pool].filter(([runtime]) => runtime === 'python'));
  const log = createLog('silent');
  const engine = stack.use(await createEngine({ ...config, dataDir, pool }, operator, guestBinaryPath, log));
  const policy = { limits: {}, ...known({ profile, seccomp }) };
  return await engine.selfTest({ cases, policy, ...known({ grant: operator.key }) }, signal);
}
