import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExecuteResponse, Outcome, SandboxOrigin } from '../../gen/isol8/v1/execution_pb.ts';
import { Reuse } from '../../gen/isol8/v1/policy_pb.ts';
import { program } from '../support/collect.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ISOL8_POOL: 'none', ISOL8_POOL_MAX: '4' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** What may differ between two runs. */
interface Run {
  readonly runtime?: string;
  readonly seconds?: number;
  readonly arguments?: string[];
}

/** Runs a program in a sandbox that may be used again. */
async function run(code: string, { runtime = 'python', seconds = 20, arguments: args = [] }: Run = {}) {
  const limits = { timeout: { seconds: BigInt(seconds) } };
  const policy = { limits, isolation: { reuse: Reuse.SAME_TENANT } };
  return await server.client.isol8.execute(program(runtime, code, { arguments: args, policy }));
}

const REUSED = { timings: { sandbox: SandboxOrigin.REUSED } };

/** Everything that one run could find of the one before, and that is the same in a sandbox that nobody has used. */
const TRACES = `
import ctypes, glob, os, resource, subprocess, sys, threading
def read(path):
  try: return open(path).read()
  except OSError as e: return str(e)
def walk(top):
  found = []
  for here, dirs, files in os.walk(top):
    found += [(here, oct(os.lstat(here).st_mode), os.listxattr(here) if here != "/dev/shm" else "")] + [os.path.join(here, f) for f in files]
  return sorted(map(str, found))
print(walk("/sandbox"), walk("/tmp"), walk("/dev/shm"), walk("/dev/mqueue"))
print([p for p in os.listdir("/proc") if p.isdigit()].__len__())
for kind in ("shm", "sem", "msg"): print(read("/proc/sysvipc/" + kind).count("\\n"))
for net in ("unix", "tcp", "udp", "raw", "netlink"): print(net, read("/proc/net/" + net).count("\\n"))
print([resource.getrlimit(getattr(resource, n)) for n in sorted(dir(resource)) if n.startswith("RLIMIT_")])
print(os.nice(0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0)), os.umask(0o22), os.getpriority(os.PRIO_USER, 0))
print([l for l in read("/proc/self/status").splitlines() if l.startswith(("Sig", "Shd", "Cap", "NoNew", "Seccomp", "Cpus", "Mems"))])
print(read("/proc/self/oom_score_adj"), read("/proc/self/limits"), read("/proc/self/coredump_filter"), read("/proc/self/timerslack_ns"))
print(read("/proc/keys"), os.getcwd(), sorted(os.environ.items()), sorted(sys.modules), sys.argv, threading.active_count())
print([l for l in read("/proc/1/status").splitlines() if l.startswith(("Umask", "Uid", "Gid", "SigB", "SigI", "SigC", "Cap", "NoNew", "Seccomp", "Cpus"))], read("/proc/1/limits"))
`;

/** Programs that leave what they can for the next one, each in its own way. */
const LEAVINGS: readonly (readonly [string, string])[] = [
  [
    'files',
    'import os\nfor d in ("/sandbox", "/tmp", "/dev/shm"):\n  for i in range(300): open(f"{d}/{i}", "w").write("x" * 1000)\n  os.makedirs(d + "/a/b/c"); open(d + "/a/b/c/.hidden", "w"); os.symlink("/etc", d + "/link"); os.mkfifo(d + "/fifo"); os.chmod(d + "/a/b", 0)',
  ],
  ['a deep tree', 'import os\nos.chdir("/tmp")\nfor i in range(3000): os.mkdir("d"); os.chdir("d")'],
  [
    'names that are no text',
    'import os\nfor n in (b"\\xff\\xfe", b"new\\nline", b"-rf", b" ", b"x" * 255): open(b"/sandbox/" + n, "w")',
  ],
  [
    'modes and attributes of /sandbox',
    'import os\nos.chmod("/sandbox", 0o777)\ntry: os.setxattr("/sandbox", "user.note", b"for you")\nexcept OSError: pass\nos.utime("/sandbox", (0, 0))',
  ],
  [
    'a file that is deleted and open',
    'import os, subprocess\nf = open("/tmp/x", "w+"); f.write("y" * 5_000_000); f.flush(); os.unlink("/tmp/x")\nsubprocess.Popen(["sleep", "1000"], pass_fds=[f.fileno()], start_new_session=True)',
  ],
  [
    'daemons',
    'import os, time, signal\nfor i in range(20):\n  if os.fork() == 0:\n    os.setsid(); [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]\n    if os.fork() == 0:\n      while True: time.sleep(1)\n    os._exit(0)',
  ],
  [
    'a process that writes again and again',
    'import os\nif os.fork() == 0:\n  os.setsid()\n  while True: open("/sandbox/again", "a").write("x")',
  ],
  ['a stopped process', 'import os, signal\nif os.fork() == 0:\n  os.kill(os.getpid(), signal.SIGSTOP)'],
  [
    'System V objects',
    'import ctypes\nlibc = ctypes.CDLL(None)\nfor i in range(5): print(libc.shmget(100 + i, 4096, 0o1666), libc.semget(100 + i, 3, 0o1666), libc.msgget(100 + i, 0o1666))\nlibc.msgsnd(libc.msgget(100, 0o1666), ctypes.create_string_buffer(b"\\x01" + b"\\0" * 7 + b"hello", 16), 5, 0)',
  ],
  [
    'message queues',
    'import ctypes, os\nrt = ctypes.CDLL("librt.so.1")\nprint([rt.mq_open(b"/q%d" % i, os.O_CREAT | os.O_RDWR, 0o600, None) for i in range(5)])',
  ],
  [
    'semaphores and shared memory of POSIX',
    'import multiprocessing.shared_memory as s\nm = s.SharedMemory("left", create=True, size=100_000); m.buf[:4] = b"left"\nimport os; os._exit(0)',
  ],
  [
    'abstract sockets',
    'import socket, os\ns = socket.socket(socket.AF_UNIX); s.bind("\\0left"); s.listen()\nif os.fork() == 0: os.setsid(); import time; time.sleep(1000)',
  ],
  [
    'a listener',
    'import socket, os\ns = socket.socket(); s.bind(("127.0.0.1", 8080)); s.listen()\nif os.fork() == 0: os.setsid(); import time; time.sleep(1000)',
  ],
  [
    'priorities and limits',
    'import os, resource\nos.setpriority(os.PRIO_USER, 0, 19); os.setpriority(os.PRIO_PROCESS, 0, 19)\nfor n in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE): resource.setrlimit(n, (20, 20))\nos.sched_setaffinity(0, {0}); os.umask(0o777)\ntry: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nexcept OSError: pass',
  ],
  [
    'attempts on PID 1',
    'import os, resource, signal\ndef tried(f, *a):\n  try: f(*a)\n  except OSError as e: return\n  print("it worked", f, a)\nfor s in (9, 15, 19, 11): tried(os.kill, 1, s)\ntried(os.setpriority, os.PRIO_PROCESS, 1, 19); tried(os.sched_setaffinity, 1, {0}); tried(resource.prlimit, 1, resource.RLIMIT_NOFILE, (0, 0)); tried(os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0))\ntried(open, "/proc/1/oom_score_adj", "w"); tried(open, "/run/isol8/x", "w"); tried(open, "/proc/1/fd/0")',
  ],
  [
    'a full disk',
    'try:\n  f = open("/sandbox/full", "wb")\n  while True: f.write(b"x" * 1_000_000)\nexcept OSError as e: print(e)',
  ],
  ['all inodes', 'try:\n  for i in range(10_000_000): open(f"/tmp/{i}", "w")\nexcept OSError as e: print(e)'],
  [
    'locks, leases and watches',
    'import fcntl, os, ctypes\nf = open("/tmp/lock", "w"); fcntl.lockf(f, fcntl.LOCK_EX)\nlibc = ctypes.CDLL(None)\ni = libc.inotify_init1(0); print(libc.inotify_add_watch(i, b"/tmp", 0xfff))\nif os.fork() == 0: os.setsid(); import time; time.sleep(1000)',
  ],
  [
    'pending signals',
    'import signal, os, ctypes\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})\nlibc = ctypes.CDLL(None)\nfor i in range(50): libc.sigqueue(os.getpid(), signal.SIGRTMIN, i)',
  ],
  [
    'a program that replaces main.py while it runs',
    'import os\nos.unlink("/sandbox/main.py"); os.mkdir("/sandbox/main.py"); open("/sandbox/main.py/x", "w")',
  ],
  [
    'modules that the next one would import',
    'import os\nfor n in ("sitecustomize", "usercustomize", "json", "os"): open(f"/sandbox/{n}.py", "w").write("print(1)")\nos.makedirs("/sandbox/.local/lib/python3.11/site-packages"); open("/sandbox/.local/lib/python3.11/site-packages/x.pth", "w").write("import os; print(2)\\n")',
  ],
  ['a crash', 'import ctypes\nopen("/tmp/x", "w").write("x")\nctypes.string_at(0)'],
  ['a kill of everything', 'import os\nif os.fork() == 0: os.setsid(); import time; time.sleep(100)\nos.kill(-1, 9)'],
  ['a time limit', 'import os, time\nopen("/tmp/x", "w")\nif os.fork() == 0: os.setsid()\ntime.sleep(1000)'],
];

describe('a sandbox that its tenant may use again', () => {
  test('serves the next execution with the same policy, and no other', async () => {
    const first = await run('print(1)');
    expect(first).toMatchObject({ stdout: '1\n', timings: { sandbox: SandboxOrigin.NEW } });
    expect(await run('print(2)')).toMatchObject({ stdout: '2\n', ...REUSED });
    const other = await run('print(3)', { seconds: 21 });
    expect(other.timings?.sandbox).not.toBe(SandboxOrigin.REUSED);
    const never = await server.client.isol8.execute(program('python', 'print(4)'));
    expect(never.timings?.sandbox).not.toBe(SandboxOrigin.REUSED);
    expect((await run('print(5)', { runtime: 'node' })).timings?.sandbox).not.toBe(SandboxOrigin.REUSED);
  });

  test('has nothing of the run before, whatever that left', async () => {
    const fresh = await server.client.isol8.execute(program('python', TRACES));
    expect(fresh.outcome).toBe(Outcome.EXITED);
    expect(fresh.stderr).toBe('');
    const failed: string[] = [];
    for (const [name, code] of LEAVINGS) {
      const seconds = name === 'a time limit' ? 1 : 20;
      const left = await run(code, { seconds });
      expect(left.stdout, name).not.toContain('it worked');
      const next = await run(TRACES, { seconds });
      if (next.stdout !== fresh.stdout || next.stderr !== '') failed.push(`${name}: ${difference(fresh, next)}`);
    }
    expect(failed).toEqual([]);
  });

  test('is used again after most of that', async () => {
    let reused = 0;
    for (const [name, code] of LEAVINGS.slice(0, 6)) {
      await run(code);
      const next = await run('print("next")');
      expect(next.stdout, name).toBe('next\n');
      if (next.timings?.sandbox === SandboxOrigin.REUSED) reused += 1;
    }
    expect(reused).toBeGreaterThan(3);
  });

  test.each([
    ['python', 'print(1)'],
    ['node', 'console.log(1)'],
    ['bun', 'console.log(1)'],
    ['deno', 'console.log(1)'],
    ['bash', 'echo 1'],
  ])('is used again every time, %s', async (runtime, code) => {
    const origins: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      const { stdout, timings } = await run(code, { runtime });
      expect(stdout).toBe('1\n');
      origins.push(timings?.sandbox);
    }
    expect(origins.slice(1)).toEqual(Array(7).fill(SandboxOrigin.REUSED));
  });

  test('does not tell peaks that may be those of the run before', async () => {
    await run('x = b"x" * 200_000_000');
    const next = await run('print(1)');
    if (next.timings?.sandbox === SandboxOrigin.REUSED) expect(next.usage?.peakMemoryBytes).toBeUndefined();
    expect(next.outcome).toBe(Outcome.EXITED);
  });

  test('many at once, each with what is its own', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        run('import os, sys\nassert not os.path.exists("/tmp/mine")\nopen("/tmp/mine", "w")\nprint(sys.argv[1])', {
          arguments: [String(i)],
        }),
      ),
    );
    expect(all.map(({ stdout }) => stdout)).toEqual(all.map((_, i) => `${i}\n`));
    expect(all.map(({ stderr }) => stderr).join('')).toBe('');
  });
});

function difference(fresh: ExecuteResponse, next: ExecuteResponse): string {
  const [a, b] = [fresh.stdout.split('\n'), next.stdout.split('\n')];
  const lines = b.flatMap((line, i) => (line === a[i] ? [] : [`${a[i]} -> ${line}`]));
  return `${next.stderr} ${lines.join('\n')}`;
}
