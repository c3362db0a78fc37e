import type { SelfTestResult } from '../../engine/types.ts';
import type { SetupFinding } from '../../setup/check.ts';

/** What to try, and against what. */
export interface Wanted {
  /** Names of attempts; all when there are none. */
  readonly cases: readonly string[];
  /** Names of the policy to ask for; the usual ones when unset. */
  readonly profile?: string;
  readonly seccomp?: string;
}

/** All that the doctor has to say. */
export interface Examination {
  readonly setup: readonly SetupFinding[];
  /** None where the set-up has failed. */
  readonly attempts: readonly SelfTestResult[];
}

/** Whether everything is as it is promised. Known limits are not promised. */
export function isHealthy({ setup, attempts }: Examination): boolean {
  const held = attempts.every(({ verdict }) => verdict === 'REFUSED' || verdict === 'KNOWN_LIMIT');
  return held && setup.every(({ state }) => state !== 'failed');
}
