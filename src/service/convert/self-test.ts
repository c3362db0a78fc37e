import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type RunSelfTestRequest,
  type RunSelfTestResponseSchema,
  type SelfTestResult,
  SelfTestVerdict,
} from '../../../gen/isol8/v1/admin_pb.ts';
import type { FieldViolation } from '../../engine/errors.ts';
import type * as engine from '../../engine/types.ts';
import { fromPolicy } from './policy.ts';
import { Violations } from './violations.ts';

const verdicts = {
  REFUSED: SelfTestVerdict.REFUSED,
  SUCCEEDED: SelfTestVerdict.SUCCEEDED,
  KNOWN_LIMIT: SelfTestVerdict.KNOWN_LIMIT,
  NOT_JUDGED: SelfTestVerdict.NOT_JUDGED,
} as const satisfies Record<engine.SelfTestVerdict, SelfTestVerdict>;

/** Wire to engine, and what is wrong on the wire. */
export function fromSelfTestRequest(
  { cases, policy }: RunSelfTestRequest,
  grant: engine.Grant | undefined,
): { request: engine.SelfTestRequest; violations: readonly FieldViolation[] } {
  const violations = new Violations();
  const request = { cases, policy: fromPolicy(policy, violations), ...(grant && { grant }) };
  return { request, violations: violations.all };
}

/** Engine to wire. */
export function toSelfTestResponse(results: readonly engine.SelfTestResult[]) {
  return {
    passed: results.every(({ verdict }) => verdict === 'REFUSED' || verdict === 'KNOWN_LIMIT'),
    results: results.map(({ name, subject, tries, verdict, message }) => ({
      name,
      subject,
      description: tries,
      passed: verdict === 'REFUSED',
      verdict: verdicts[verdict],
      message,
    })),
  } satisfies MessageInitShape<typeof RunSelfTestResponseSchema>;
}

/** Wire to engine, for a client; a verdict that only a newer server knows is no pass. */
export function fromSelfTestResult(result: SelfTestResult): engine.SelfTestResult {
  const { name, subject, description, message } = result;
  const [verdict] = Object.entries(verdicts).find(([, value]) => value === result.verdict) ?? ['NOT_JUDGED'];
  return { name, subject, tries: description, verdict: verdict as engine.SelfTestVerdict, message };
}
