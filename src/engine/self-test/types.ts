import type { Grant, PolicyRequest } from '../policy/types.ts';

/** Which attempts to make, and against what. */
export interface SelfTestRequest {
  /** Names of attempts; all when there are none. */
  readonly cases: readonly string[];
  readonly policy: PolicyRequest;
  readonly grant?: Grant;
}

/**
 * What came of an attempt to get out of a sandbox: it had no effect; it had one; it had one, and isol8 does not promise
 * otherwise; or it broke, and nothing is known.
 */
export type SelfTestVerdict = 'REFUSED' | 'SUCCEEDED' | 'KNOWN_LIMIT' | 'NOT_JUDGED';

/** What came of one attempt. */
export interface SelfTestResult {
  readonly name: string;
  /** What it is about. */
  readonly subject: string;
  /** What it tried, one line. */
  readonly tries: string;
  readonly verdict: SelfTestVerdict;
  /** What happened, one line. */
  readonly message: string;
}
