import type { OWN_SECCOMP } from '../policy/rules.ts';
import { DEFAULT_SECCOMP, type SeccompProfile } from './seccomp.ts';
import { readSeccompFile } from './seccomp-file.ts';
import { STRICT_SECCOMP } from './seccomp-strict.ts';

/** The profiles that isol8 brings itself. */
const OWN: Readonly<Record<(typeof OWN_SECCOMP)[number], SeccompProfile>> = {
  DEFAULT: DEFAULT_SECCOMP,
  STRICT: STRICT_SECCOMP,
};

/** What came of reading profiles. */
export interface SeccompProfiles {
  /** By the names that policies use; those of isol8 itself are among them. */
  readonly profiles: ReadonlyMap<string, SeccompProfile>;
  /** A line for each that cannot be had, which begins with its place in the policy file. */
  readonly problems: readonly string[];
  /** A sentence for each that is weaker than it should be. */
  readonly warnings: readonly string[];
}

/**
 * Every seccomp profile that a policy may name.
 *
 * @param files of the operator: absolute paths by name
 */
export async function seccompProfiles(files: ReadonlyMap<string, string>): Promise<SeccompProfiles> {
  const profiles = new Map(Object.entries(OWN));
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, path] of files) {
    const place = seccompPlace(name);
    if (profiles.has(name)) {
      problems.push(`${place}: is a profile of isol8 itself: use another name`);
      continue;
    }
    const found = await readSeccompFile(path);
    if (typeof found === 'string') {
      problems.push(`${place}: ${found}`);
      continue;
    }
    profiles.set(name, found);
    if (!fails(found.defaultAction)) {
      warnings.push(
        `${place}: its default action ${found.defaultAction} lets through what it does not list, so it is weaker than DEFAULT: begin with SCMP_ACT_ERRNO and list what is allowed`,
      );
    }
  }
  return { profiles, problems, warnings };
}

/** Where a profile stands in the policy file. */
export function seccompPlace(name: string): string {
  return `seccomp_profiles.${name}`;
}

/** Whether a call that an action is for does not happen. */
function fails(action: string): boolean {
  return !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(action);
}
