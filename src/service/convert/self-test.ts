import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type RunSelfTestRequest,
  type RunSelfTestResponseSchema,
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

/** Wire to engine, for a client; what a newer server may say beside these is no pass. */
export function fromSelfTestVerdict(verdict: SelfTestVerdict): engine.SelfTestVerdict {
  const known = Object.entries(verdicts).find(([, value]) => value === verdict);
  return known === undefined ? 'NOT_JUDGED' : (known[0] as engine.SelfTestVerdict);
}
