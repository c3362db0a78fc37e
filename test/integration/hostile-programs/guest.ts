import { Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program } from '../../support/collect.ts';
import { type HostileCase, python, SYSCALLS } from './case.ts';

const { EXITED, SIGNALED } = Outcome;

/** Programs that go for their guest, or for everybody. */
export const GUEST: readonly HostileCase[] = [
  {
    name: 'kill -1',
    request: python(
      'child = os.fork()\nif child == 0: time.sleep(60)\nos.kill(-1, signal.SIGKILL)\nprint(os.WTERMSIG(os.waitpid(child, 0)[1]))',
    ),
    outcome: EXITED,
    stdout: '9',
  },
  {
    name: 'every signal at its guest',
    request: python(`${SYSCALLS}
for number in range(1, 65):
    must_fail(f'kill {number}', os.kill, 1, number)
    must_fail(f'sigqueue {number}', libc.sigqueue, 1, number, ctypes.c_void_p(0))
    must_fail(f'tgkill {number}', lambda: syscall(234, 1, 1, number))
for number in range(1, 65): must_fail(f'pidfd {number}', lambda: signal.pidfd_send_signal(os.pidfd_open(1), number))
print('alive')`),
    outcome: EXITED,
    stdout: 'alive',
  },
  {
    name: 'slowing, limiting and blinding its guest',
    request: python(`${SYSCALLS}
import resource
must_fail('nice', os.setpriority, os.PRIO_PROCESS, 1, 19)
must_fail('idle', os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0))
must_fail('fifo', os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
must_fail('affinity', os.sched_setaffinity, 1, {0})
must_fail('ioprio', lambda: syscall(251, 1, 1, 3 << 13))
for limit in ('NOFILE', 'CPU', 'AS', 'FSIZE', 'NPROC', 'STACK'):
    try: resource.prlimit(1, getattr(resource, 'RLIMIT_' + limit), (0, 0)); print(limit)
    except PermissionError: pass
for path, value in (('oom_score_adj', '1000'), ('comm', 'x'), ('timerslack_ns', '4000000000'), ('coredump_filter', '0'), ('clear_refs', '1')):
    try:
        with open('/proc/1/' + path, 'w') as file: file.write(value)
        print(path)
    except OSError: pass
print('alive')`),
    outcome: EXITED,
    stdout: 'alive',
  },
  {
    name: 'tracing its guest and taking its files',
    request: python(`${SYSCALLS}
must_fail('attach', lambda: syscall(101, 16, 1, 0, 0))
must_fail('seize', lambda: syscall(101, 0x4206, 1, 0, 0))
class Vector(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(64)
ours, theirs = Vector(ctypes.addressof(buffer), 64), Vector(0x400000, 64)
must_fail('read', lambda: syscall(310, 1, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0))
must_fail('write', lambda: syscall(311, 1, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0))
try:
    guest = os.pidfd_open(1)
    for fd in range(8): must_fail(f'getfd {fd}', lambda: syscall(438, guest, fd, 0))
except OSError: pass
must_fail('kcmp', lambda: syscall(312, 1, os.getpid(), 0, 0, 0))
must_fail('migrate', lambda: syscall(256, 1, 0, None, None))
print('alive')`),
    outcome: EXITED,
    stdout: 'alive',
  },
  {
    name: 'reading its guest',
    request: python(`
for name in ('fd', 'fdinfo', 'task/1/fd', 'map_files', 'ns'):
    try:
        for entry in os.listdir('/proc/1/' + name):
            os.open(f'/proc/1/{name}/{entry}', os.O_RDONLY); print(name, entry)
    except OSError: pass
for name in ('environ', 'mem', 'maps', 'smaps', 'auxv', 'stack', 'syscall', 'io', 'pagemap', 'personality', 'exe', 'cwd/x', 'root/etc/passwd'):
    try: print(name, open('/proc/1/' + name, 'rb').read(1))
    except OSError: pass
for name in ('/.isol8/isol8-guest', '/run/isol8/x'):
    try: open(name, 'rb').read(); print(name)
    except OSError: pass
print('alive')`),
    outcome: EXITED,
    stdout: 'alive',
  },
  {
    name: 'abstract sockets',
    request: python(`
import socket
for line in open('/proc/net/unix').read().splitlines()[1:]:
    if len(line.split()) > 7: print(line.split()[7])
for name in ('isol8', 'isol8-link', 'isol8-guest', '/isol8/link', 'containerd-shim'):
    try: socket.socket(socket.AF_UNIX).connect('\\0' + name); print(name)
    except OSError: pass
print('alone')`),
    outcome: EXITED,
    // Its guest has the name before any code can, and listens only once it is a session's.
    stdout: '@isol8-link\nalone',
  },
  {
    name: 'its own end by every signal that has one',
    request: program(
      'bash',
      'for s in ABRT SEGV BUS ILL FPE SYS TRAP XCPU; do (kill -$s $BASHPID); echo -n "$? "; done; kill -9 $$',
    ),
    outcome: SIGNALED,
    stdout: /^134 139 135 132 136 159 133 152 $/,
  },
];
