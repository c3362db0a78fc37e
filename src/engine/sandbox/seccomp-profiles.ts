import { DEFAULT_SECCOMP, type SeccompProfile } from './seccomp.ts';

/**
 * Every seccomp profile that a policy may name.
 *
 * @param files of the operator: absolute paths by name
 */
export async function seccompProfiles(_files: ReadonlyMap<string, string>): Promise<Map<string, SeccompProfile>> {
  return new Map([['DEFAULT', DEFAULT_SECCOMP]]);
}
