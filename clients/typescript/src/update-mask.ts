import { nameOf } from './convert/names.ts';
import { refuse } from './convert/value.ts';
import { LimitsSchema } from './gen/isol8/v1/policy_pb.ts';
import { SessionSchema } from './gen/isol8/v1/session_pb.ts';
import type { SessionChanges } from './types/session.ts';

/** Names of what is changed, for an UpdateSession: `labels`, `policy.limits.processes`. */
export function maskOf({ policy, ...rest }: SessionChanges): string[] {
  const { limits = {}, ...others } = policy ?? {};
  for (const name of given(others)) refuse(`policy.${name}`, 'cannot be changed: only limits can');
  return [
    ...given(rest).map((name) => protoName(SessionSchema, name)),
    ...given(limits).map((name) => `policy.limits.${protoName(LimitsSchema, name)}`),
  ];
}

function given(object: object): string[] {
  return Object.entries(object).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function protoName(schema: typeof SessionSchema | typeof LimitsSchema, name: string): string {
  // What is no field was refused when the message was made.
  return schema.fields.find((field) => nameOf(field) === name)?.name ?? name;
}
