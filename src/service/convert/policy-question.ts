import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ResolvePolicyRequest, ResolvePolicyResponseSchema } from '../../../gen/isol8/v1/service_pb.ts';
import type { FieldViolation } from '../../engine/errors.ts';
import type { Grant, PolicyAnswer, PolicyQuestion } from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import { fromPolicy, toEffectivePolicy } from './policy.ts';
import { Violations } from './violations.ts';

/** Wire to engine, and what is wrong on the wire. */
export function fromPolicyQuestion(
  request: ResolvePolicyRequest,
  grant: Grant | undefined,
): { question: PolicyQuestion; violations: readonly FieldViolation[] } {
  const violations = new Violations();
  if (request.image !== '') violations.unbuilt('image', 'A choice of image');
  const policy = fromPolicy(request.policy, violations);
  return { question: { runtime: request.runtime, policy, ...known({ grant }) }, violations: violations.all };
}

/** Engine to wire. */
export function toPolicyAnswer({ effectivePolicy, policyDigest, violations }: PolicyAnswer) {
  return {
    ...known({ effectivePolicy: effectivePolicy && toEffectivePolicy(effectivePolicy), policyDigest }),
    violations: violations.map(({ field, description, reason = 'INVALID_FIELD' }) => ({ field, description, reason })),
  } satisfies MessageInitShape<typeof ResolvePolicyResponseSchema>;
}
