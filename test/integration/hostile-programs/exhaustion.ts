import { Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program } from '../../support/collect.ts';
import { type HostileCase, python, SYSCALLS } from './case.ts';

const { EXITED, OUT_OF_MEMORY, TIMED_OUT } = Outcome;

/** Programs that take all of something. */
export const EXHAUSTION: readonly HostileCase[] = [
  {
    name: 'a fork bomb',
    request: python('while True:\n  try: os.fork()\n  except OSError: pass', { seconds: 2 }),
    outcome: TIMED_OUT,
  },
  {
    name: 'a fork bomb whose first process ends at once',
    request: python(
      'if os.fork():\n  time.sleep(0.5)\n  os._exit(3)\nwhile True:\n  try: os.fork()\n  except OSError: pass',
    ),
    outcome: EXITED,
    exitCode: 3,
  },
  {
    name: 'a bomb of shells',
    request: program('bash', 'bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1; exit 4'),
    outcome: EXITED,
  },
  {
    name: '1000 threads where 128 are allowed',
    request: python(
      'import threading\nn = 0\ntry:\n  while n < 1000:\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); n += 1\nexcept RuntimeError: print(100 < n < 128, flush=True)\nos._exit(0)',
    ),
    outcome: EXITED,
    stdout: 'True',
  },
  {
    name: '1000 threads where they are allowed',
    request: python(
      'import threading\nthreading.stack_size(65536)\nfor n in range(1000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint(threading.active_count(), flush=True)\nos._exit(0)',
      { processes: 1100 },
    ),
    outcome: EXITED,
    stdout: '1001',
  },
  {
    // What all sandboxes share would run out: the kernel counts the pipes of a user, and takes 64 MiB of them.
    name: 'standard streams made as large as they get',
    request: python(
      'import fcntl\nfor fd in (0, 1, 2): fcntl.fcntl(fd, 1031, 1 << 20)\nall = int(open("/proc/sys/fs/pipe-user-pages-soft").read()) // 256\nmine = []\ntry:\n  while True:\n    mine.append(os.pipe()); fcntl.fcntl(mine[-1][0], 1031, 1 << 20)\nexcept PermissionError: print(len(mine) - 1 <= all - 3)',
      {},
      { stdin: Buffer.from('x') },
    ),
    outcome: EXITED,
    stdout: 'True',
  },
  {
    // The kernel has 65,536 requests of io_setup for the whole host.
    name: 'kernel AIO, of which the host has one account',
    request: python(
      `${SYSCALLS}
context = ctypes.c_ulong(0)
print(syscall(206, 2000, ctypes.byref(context)), ctypes.get_errno())`,
    ),
    outcome: EXITED,
    stdout: '-1 1',
  },
  {
    name: 'zombies and orphans',
    request: python(
      'for i in range(60):\n  if os.fork() == 0: os._exit(0)\nfor i in range(60):\n  if os.fork() == 0:\n    if os.fork() == 0: os.setsid(); time.sleep(0.2)\n    os._exit(0)\n  os.wait()\nprint("made")',
    ),
    outcome: EXITED,
    stdout: 'made',
  },
  {
    name: 'a daemon that stays',
    request: program(
      'bash',
      'trap "" TERM HUP; setsid bash -c "trap \\"\\" TERM HUP; while :; do sleep 1; done" & exit 0',
    ),
    outcome: EXITED,
  },
  {
    name: 'a memory bomb',
    request: python('hoard = []\nwhile True: hoard.append(b"x" * 10_000_000)', { memory: 128 }),
    outcome: OUT_OF_MEMORY,
    oomKills: true,
  },
  {
    name: 'a memory bomb of many children',
    request: python(
      'for i in range(20):\n  if os.fork() == 0: x = b"x" * 30_000_000; time.sleep(30)\nfor i in range(10): os.wait()\nprint("alive")\nos._exit(0)',
      { memory: 128 },
    ),
    outcome: EXITED,
    stdout: 'alive',
    oomKills: true,
  },
  {
    name: 'a hoard in memfd',
    request: python('fd = os.memfd_create("hoard")\nwhile True: os.write(fd, b"x" * 10_000_000)', { memory: 128 }),
    outcome: OUT_OF_MEMORY,
    oomKills: true,
  },
  {
    name: 'a hoard in System V shared memory',
    request: python(
      `${SYSCALLS}
held = 0
libc.shmat.restype = ctypes.c_void_p
while held < 1024:
    id = libc.shmget(0, 8 << 20, 0o1600)
    if id < 0: break
    at = libc.shmat(id, None, 0)
    ctypes.memset(at, 1, 8 << 20)
    held += 8
print(held, ctypes.get_errno())`,
      { memory: 256 },
    ),
    outcome: EXITED,
    stdout: '64 28',
  },
  {
    name: 'memory that is locked',
    request: python(
      `${SYSCALLS}
import mmap
area = mmap.mmap(-1, 256 << 20)
at = ctypes.addressof(ctypes.c_char.from_buffer(area))
print(libc.mlock(ctypes.c_void_p(at), ctypes.c_size_t(256 << 20)), libc.mlockall(3))`,
      { memory: 128 },
    ),
    outcome: EXITED,
    stdout: '-1 -1',
  },
  {
    name: 'full disks, which a new process can empty',
    request: python(
      `
for folder in ('/sandbox', '/tmp', '/dev/shm'):
    try:
        with open(folder + '/full', 'wb', buffering=0) as file:
            while True:
                if file.write(b'x' * 65536) == 0: break
    except OSError as error:
        print(folder, error.errno)
print(subprocess.run(['sh', '-c', 'rm /sandbox/full /tmp/full /dev/shm/full && echo again > /sandbox/again && cat /sandbox/again'], capture_output=True, text=True).stdout, end='')`,
      { workspace: 64, tmp: 32, memory: 64 },
    ),
    outcome: EXITED,
    stdout: '/sandbox 28\n/tmp 28\n/dev/shm 28\nagain',
  },
  {
    name: 'no inode left, which a new process can mend',
    request: python(
      `
os.mkdir('/sandbox/many')
try:
    for i in range(10_000_000): open(f'/sandbox/many/{i}', 'w').close()
except OSError as error:
    print(error.errno)
print(subprocess.run(['sh', '-c', 'rm -r /sandbox/many && echo again > again && cat again'], capture_output=True, text=True).stdout, end='')`,
      { workspace: 16, memory: 64 },
    ),
    outcome: EXITED,
    stdout: '28\nagain',
  },
];
