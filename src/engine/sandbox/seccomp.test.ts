import { expect, test } from 'vitest';
import { type AllowList, DEFAULT_SECCOMP } from './seccomp.ts';
import { STRICT_SECCOMP } from './seccomp-strict.ts';

/** Every call that a profile lets through, at least with some arguments. */
function allowed(profile: AllowList): string[] {
  const rules = profile.syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW');
  return [...new Set(rules.flatMap(({ names }) => names))].sort();
}

const NOWHERE = [
  ...['unshare', 'setns', 'clone3', 'chroot', 'pivot_root'],
  ...[
    'mount',
    'umount2',
    'mount_setattr',
    'move_mount',
    'open_tree',
    'fsopen',
    'fsmount',
    'fspick',
    'open_by_handle_at',
  ],
  ...['io_uring_setup', 'io_uring_enter', 'io_uring_register', 'io_setup', 'io_submit'],
  ...['keyctl', 'add_key', 'request_key', 'bpf', 'perf_event_open', 'userfaultfd', 'pidfd_getfd', 'kcmp'],
  ...['init_module', 'kexec_load', 'reboot', 'syslog', 'quotactl', 'iopl', 'ioperm', 'fanotify_init'],
];

test.each([
  ['DEFAULT', DEFAULT_SECCOMP],
  ['STRICT', STRICT_SECCOMP],
])('%s has nothing that makes namespaces, mounts, rings, keys or programs of the kernel', (_, profile) => {
  const all = allowed(profile);
  for (const name of NOWHERE) expect(all).not.toContain(name);
  expect(profile.defaultAction).toBe('SCMP_ACT_ERRNO');
});

test('STRICT lets through nothing that DEFAULT does not', () => {
  for (const { names, action, args = [] } of STRICT_SECCOMP.syscalls) {
    if (action !== 'SCMP_ACT_ALLOW') continue;
    for (const name of names) {
      // Of several conditions all must fit, so that more of them let through less.
      const wider = DEFAULT_SECCOMP.syscalls.filter(
        (rule) =>
          rule.action === action &&
          rule.names.includes(name) &&
          (rule.args ?? []).every((one) => args.some((arg) => JSON.stringify(arg) === JSON.stringify(one))),
      );
      expect(wider, name).not.toEqual([]);
    }
  }
});

test('what STRICT takes away', () => {
  const strict = allowed(STRICT_SECCOMP);
  expect(allowed(DEFAULT_SECCOMP).filter((name) => !strict.includes(name))).toMatchSnapshot();
});
