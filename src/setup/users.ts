/** What the uids of a range are called in an image: lines for /etc/passwd and /etc/group. */
export interface SandboxUsers {
  readonly passwd: string;
  readonly group: string;
}

/**
 * Every uid from `first` to `last` is called "sandbox", with a group of the same number, the home /sandbox and bash.
 * That they share a name is allowed: a program asks for the name of its own uid, not for the uid of a name.
 */
export function sandboxUsers(first: number, last: number): SandboxUsers {
  const uids = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return {
    passwd: uids.map((uid) => `sandbox:x:${uid}:${uid}:sandbox:/sandbox:/bin/bash\n`).join(''),
    group: uids.map((uid) => `sandbox:x:${uid}:\n`).join(''),
  };
}
