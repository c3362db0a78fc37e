import { type AllowList, DEFAULT_SECCOMP, type Rule } from './seccomp.ts';

/**
 * What STRICT takes away from DEFAULT. Our runtimes work without any of it (test/conformance/strict.test.ts); what a call
 * is kept back for stands beside it.
 */
const NOT_STRICT = [
  // Other processes: to trace them, to read and write their memory, to free it.
  ...['ptrace', 'process_vm_readv', 'process_vm_writev', 'process_mrelease'],
  // Memory that nobody else can look into.
  ...['memfd_secret'],
  // Layouts that only old or foreign programs have: without randomisation, with segments, with remapped pages.
  ...['personality', 'modify_ldt', 'get_thread_area', 'set_thread_area', 'remap_file_pages'],
  // Files by handle and for whole file systems: these get round paths and mounts, and need rights that no code has.
  ...['name_to_handle_at', 'fanotify_mark'],
  // Objects of the kernel that outlive their process, and what is put into kernel memory for exploits first of all.
  ...['ipc', 'msgctl', 'msgget', 'msgrcv', 'msgsnd', 'semctl', 'semget', 'semop', 'semtimedop', 'semtimedop_time64'],
  ...['shmat', 'shmctl', 'shmdt', 'shmget', 'mq_getsetattr', 'mq_notify', 'mq_open', 'mq_timedreceive'],
  ...['mq_timedreceive_time64', 'mq_timedsend', 'mq_timedsend_time64', 'mq_unlink'],
  // The program's pages in a pipe: no copy, and a history of holes.
  ...['vmsplice'],
  // What is in the cache of the host's files, which sandboxes share.
  ...['cachestat'],
  // All of the host's disks are flushed, not the sandbox's.
  ...['sync', 'syncfs'],
  // Clock, real time and priority of disks: for a machine of one's own.
  ...[
    'adjtimex',
    'clock_adjtime',
    'clock_adjtime64',
    'sched_setattr',
    'sched_setparam',
    'sched_setscheduler',
    'ioprio_set',
  ],
  // Allowed again below, with less.
  ...['mknod', 'mknodat'],
];

const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const S_IFMT = 0o170000;
const S_IFIFO = 0o010000;

/**
 * The profile called STRICT: DEFAULT, and less of it. Beside what is taken away altogether, netlink gives the list of
 * interfaces and nothing else, and mknod makes a FIFO and nothing else.
 */
export const STRICT_SECCOMP: AllowList = {
  ...DEFAULT_SECCOMP,
  syscalls: [
    ...DEFAULT_SECCOMP.syscalls
      .filter((rule) => !isNetlink(rule))
      .map((rule) => ({ ...rule, names: rule.names.filter((name) => !NOT_STRICT.includes(name)) }))
      .filter(({ names }) => names.length > 0),
    {
      names: ['socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [
        { index: 0, value: AF_NETLINK, op: 'SCMP_CMP_EQ' },
        { index: 2, value: NETLINK_ROUTE, op: 'SCMP_CMP_EQ' },
      ],
    },
    allowFifo('mknod', 1),
    allowFifo('mknodat', 2),
  ],
};

function isNetlink({ names, args = [] }: Rule): boolean {
  return names.includes('socket') && args[0]?.value === AF_NETLINK;
}

function allowFifo(name: string, index: number): Rule {
  const args = [{ index, value: S_IFMT, valueTwo: S_IFIFO, op: 'SCMP_CMP_MASKED_EQ' }];
  return { names: [name], action: 'SCMP_ACT_ALLOW', args };
}
