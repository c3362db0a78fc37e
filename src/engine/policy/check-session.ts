import type { FieldViolation } from '../errors.ts';

/** Names of sessions and contexts: they stand in logs and URLs. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What is wrong with a name that a caller chose. */
export function* checkName(field: string, name: string, longest: number): Iterable<FieldViolation> {
  if (NAME.test(name) && name.length <= longest) return;
  const description = `must be 1 to ${longest} letters, digits, ".", "_" and "-", and begin with a letter or a digit`;
  yield { field, description };
}

/** Longest id of a session. */
export const MAX_SESSION_ID = 128;

/** Longest name of a context. */
export const MAX_CONTEXT_NAME = 64;

/** What is wrong with a span of a session's life. */
export function* checkSpan(field: string, milliseconds: number | undefined, mostMs: number): Iterable<FieldViolation> {
  if (milliseconds === undefined) return;
  if (!(milliseconds >= 1000)) yield { field, description: 'must be 1 s at least; leave it unset for the usual one' };
  else if (milliseconds > mostMs) {
    yield { field, description: `is above the ceiling of ${mostMs / 1000} s`, reason: 'POLICY_CEILING_EXCEEDED' };
  }
}
