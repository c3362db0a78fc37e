import { about } from '../attempt.ts';

/** The guest, PID 1 of the sandbox, and its link to the server. */
export const GUEST = about('guest', [
  {
    name: 'trace-guest',
    tries: 'attaches to its guest as a debugger',
    program: `
libc.ptrace.restype = ctypes.c_long
for name, request in (('attach', 16), ('seize', 0x4206)):
    def traced():
        call(libc.ptrace, request, 1, 0, 0)
        # It is let go: first it has to stand.
        if name == 'seize': libc.ptrace(0x4207, 1, 0, 0)
        os.waitpid(1, 0x40000000)
        libc.ptrace(17, 1, 0, 0)
        return 'attached'
    attempt(name, traced)
def traces_its_own():
    child = os.fork()
    if child == 0: signal.pause()
    traced = call(libc.ptrace, 0x4206, child, 0, 0) == 0
    os.kill(child, signal.SIGKILL); os.waitpid(child, 0)
    return traced
control('to trace a child', traces_its_own)`,
  },
  {
    name: 'guest-memory',
    tries: 'reads and writes the memory of its guest',
    program: `
class Vector(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
def peek(process, address, function):
    buffer = ctypes.create_string_buffer(b'x' * 4)
    here, there = Vector(ctypes.addressof(buffer), 4), Vector(address, 4)
    return call(function, process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == 4
own = ctypes.create_string_buffer(b'mine')
control('to read its own', lambda: peek(os.getpid(), ctypes.addressof(own), libc.process_vm_readv))
# Where a Go program begins that is linked in the usual way.
attempt('process_vm_readv', lambda: peek(1, 0x400000, libc.process_vm_readv))
attempt('process_vm_writev', lambda: peek(1, 0xc000000000, libc.process_vm_writev))
attempt('/proc/1/mem', lambda: os.open('/proc/1/mem', os.O_RDWR) >= 0)
attempt('/proc/1/map_files', lambda: os.listdir('/proc/1/map_files'))`,
  },
  {
    name: 'guest-descriptors',
    tries: 'takes the descriptors of its guest, and with them the link to the server',
    program: `
attempt('/proc/1/fd', lambda: os.listdir('/proc/1/fd'))
attempt('/proc/1/fdinfo', lambda: os.listdir('/proc/1/fdinfo'))
for number in range(16):
    attempt(f'/proc/1/fd/{number}', lambda: os.open(f'/proc/1/fd/{number}', os.O_WRONLY | os.O_NONBLOCK) >= 0)
    attempt(f'pidfd_getfd {number}', lambda: syscall('pidfd_getfd', os.pidfd_open(1), number, 0) >= 0)`,
  },
  {
    name: 'inherited-descriptors',
    tries: 'finds descriptors that it was not given, and leaves the sandbox through them',
    program: `
def linked(number):
    try: return os.readlink(f'/proc/self/fd/{number}')
    except OSError: return ''
numbers = [number for number in map(int, os.listdir('/proc/self/fd')) if linked(number)]
control('standard output', lambda: 1 in numbers)
attempt('others than 0, 1 and 2', lambda: ' '.join(linked(number) for number in numbers if number > 2))
# CVE-2024-21626: a descriptor of the host's file system as the working directory.
for number in range(3, 32):
    attempt(f'through {number}', lambda: os.listdir(f'/proc/self/fd/{number}/../../..'))
attempt('the working directory', lambda: not os.getcwd().startswith('/sandbox') and os.getcwd())`,
  },
  {
    name: 'guest-secrets',
    tries: 'reads environment, maps, program, root and stack of its guest',
    program: `
for name in ('environ', 'auxv', 'maps', 'smaps', 'pagemap', 'stack', 'syscall', 'io', 'personality', 'exe', 'cwd/etc/passwd', 'root/etc/passwd', 'task/1/environ'):
    attempt(name, lambda: len(open('/proc/1/' + name, 'rb').read(64)))`,
  },
  {
    name: 'signal-guest',
    tries: 'sends its guest every signal, by every call that sends one',
    program: `
for number in range(1, 65):
    attempt(f'kill {number}', lambda: os.kill(1, number) is None)
    attempt(f'sigqueue {number}', lambda: call(libc.sigqueue, 1, number, ctypes.c_void_p(0)) == 0)
    attempt(f'pidfd {number}', lambda: signal.pidfd_send_signal(os.pidfd_open(1), number) is None)`,
  },
  {
    name: 'limit-guest',
    tries: 'limits, slows and pins its guest',
    program: `
import resource
for name in ('NOFILE', 'CPU', 'AS', 'NPROC'):
    attempt(name, lambda: resource.prlimit(1, getattr(resource, 'RLIMIT_' + name), (0, 0)))
attempt('nice', lambda: os.setpriority(os.PRIO_PROCESS, 1, 19) is None)
attempt('idle', lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)) is None)
attempt('affinity', lambda: os.sched_setaffinity(1, {0}) is None)
def sacrificed():
    with open('/proc/1/oom_score_adj', 'w') as file: file.write('1000')
    return 'it goes first'
attempt('oom_score_adj', sacrificed)
attempt('rights above it', lambda: os.setpriority(os.PRIO_PROCESS, 0, -20) is None and os.getpriority(os.PRIO_PROCESS, 0) < 0)
attempt('real time', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None)`,
  },
  {
    name: 'guest-program',
    tries: 'reads, replaces and removes the guest’s program, which all sandboxes share',
    program: `
GUEST = '/.isol8/isol8-guest'
attempt('to read it', lambda: open(GUEST, 'rb').read(4))
attempt('to write it', lambda: os.open(GUEST, os.O_WRONLY) >= 0)
attempt('through /proc/1/exe', lambda: os.open('/proc/1/exe', os.O_WRONLY) >= 0)
def beside():
    # Whoever may do this may remove and replace it too.
    os.close(os.open('/.isol8/escaped', os.O_CREAT | os.O_WRONLY))
    os.unlink('/.isol8/escaped')
    return 'made and removed a file'
attempt('to put one beside it', beside)
attempt('to link it', lambda: os.link(GUEST, '/tmp/guest') is None)
attempt('to write where it keeps what code reads', lambda: os.open('/run/isol8/escaped', os.O_CREAT | os.O_WRONLY) >= 0)`,
  },
  {
    name: 'guest-sockets',
    tries: 'connects to sockets of its guest and of the container’s runtime',
    program: `
names = [line.split()[7] for line in open('/proc/net/unix').read().splitlines()[1:] if len(line.split()) > 7]
for name in [*names, '@isol8', '@isol8-guest', '@/containerd-shim']:
    def connected():
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(1)
            one.connect('\\0' + name[1:] if name.startswith('@') else name)
            return f'connected to {name}'
    attempt(name, connected)
for family, port in ((socket.AF_INET, '/proc/net/tcp'), (socket.AF_INET6, '/proc/net/tcp6')):
    attempt(port, lambda: [line for line in open(port).read().splitlines()[1:]])`,
  },
]);
