import { about } from '../attempt.ts';

/** Parts of the kernel that programs do not need, and that holes were found in. */
export const KERNEL = about('kernel', [
  {
    name: 'keyrings',
    tries: 'keeps a key in the kernel’s keyrings, which users of one uid share',
    program: `
def kept():
    key = syscall('add_key', b'user', b'isol8-self-test', b'secret', 6, ring)
    buffer = ctypes.create_string_buffer(6)
    syscall('keyctl', 11, key, buffer, 6)
    return buffer.raw == b'secret' and 'it reads its key back'
for name, ring in dict(thread=-1, process=-2, session=-3, user=-4, user_session=-5).items():
    attempt(name, lambda: in_child(kept))
attempt('a session of its own', lambda: in_child(lambda: syscall('keyctl', 1, None) > 0 and 'joined'))`,
  },
  {
    name: 'io-uring',
    tries: 'sets up io_uring, whose requests no filter sees',
    program: `
parameters = ctypes.create_string_buffer(120)
attempt('io_uring_setup', lambda: syscall('io_uring_setup', 8, parameters) >= 0 and 'a ring')`,
  },
  {
    name: 'kernel-aio',
    tries: 'sets up asynchronous input and output, of which the whole host has one account',
    program: `
context = ctypes.c_ulong(0)
attempt('io_setup', lambda: syscall('io_setup', 8, ctypes.byref(context)) == 0 and 'a context')`,
  },
  {
    name: 'bpf',
    tries: 'makes a map and loads a program into the kernel with bpf',
    program: `
kind_and_sizes = (ctypes.c_uint32 * 32)(2, 4, 8, 1)
attempt('a map', lambda: syscall('bpf', 0, ctypes.byref(kind_and_sizes), 128) >= 0 and 'made')
# r0 = 0; exit
instructions = (ctypes.c_uint64 * 2)(0xb7, 0x95)
license = ctypes.create_string_buffer(b'GPL')
program = (ctypes.c_uint64 * 16)(1 | 2 << 32, ctypes.addressof(instructions), ctypes.addressof(license))
attempt('a program', lambda: syscall('bpf', 5, ctypes.byref(program), 128) >= 0 and 'loaded')`,
  },
  {
    name: 'performance-counters',
    tries: 'counts events of the processor and of the host’s processes',
    program: `
def counts(process, cpu):
    # Its own time of the processor, in user mode.
    wanted = (ctypes.c_uint64 * 8)(1 | 64 << 32, 1, 0, 0, 0, 1 << 5 | 1 << 6)
    counter = syscall('perf_event_open', ctypes.byref(wanted), process, cpu, -1, 0)
    return len(os.read(counter, 8)) == 8 and 'it counts'
attempt('its own', lambda: counts(0, -1))
attempt('all of a processor', lambda: counts(-1, 0))
attempt('of its guest', lambda: counts(1, -1))`,
  },
  {
    name: 'user-fault-handling',
    tries: 'handles page faults itself, with which races in the kernel are won',
    program: `
attempt('in user mode', lambda: syscall('userfaultfd', 1) >= 0 and 'a handler')
attempt('in the kernel', lambda: syscall('userfaultfd', 0) >= 0 and 'a handler')`,
  },
  {
    name: 'file-watching',
    tries: 'watches files with fanotify',
    program: `
attempt('by id', lambda: call(libc.fanotify_init, 0x200, 0) >= 0 and 'a group')
attempt('with content', lambda: call(libc.fanotify_init, 4, 0) >= 0 and 'a group')`,
  },
  {
    name: 'modules',
    tries: 'loads a module, and another kernel',
    program: `
image = ctypes.create_string_buffer(64)
attempt('init_module', lambda: admits(libc.syscall, NUMBERS['init_module'], image, 64, b''))
attempt('kexec_load', lambda: admits(libc.syscall, NUMBERS['kexec_load'], 0, 0, None, 0xffff0000))
attempt('modprobe', lambda: os.listdir('/lib/modules'))`,
  },
  {
    name: 'host-control',
    tries: 'restarts the host, sets its clock and name, its swap and its accounts',
    program: `
class Time(ctypes.Structure): _fields_ = [('seconds', ctypes.c_long), ('nanoseconds', ctypes.c_long)]
def set_clock():
    now = Time()
    call(libc.clock_gettime, 0, ctypes.byref(now))
    return call(libc.clock_settime, 0, ctypes.byref(now)) == 0 and 'set'
def set_name():
    call(libc.sethostname, b'escaped', 7)
    return socket.gethostname()
# Without its magic numbers reboot is refused to everybody, but for want of rights first.
attempt('reboot', lambda: admits(libc.syscall, NUMBERS['reboot'], 0, 0, 0, None))
attempt('the clock', set_clock)
attempt('the name', lambda: in_child(set_name))
attempt('swapon', lambda: admits(libc.swapon, b'/tmp/none', 0))
attempt('swapoff', lambda: admits(libc.swapoff, b'/tmp/none'))
attempt('accounts', lambda: admits(libc.acct, b'/tmp/none'))
attempt('ports', lambda: call(libc.iopl, 3) == 0 and 'it may use them' if hasattr(libc, 'iopl') else '')`,
  },
  {
    name: 'files-by-handle',
    tries: 'opens a file by its number, past all directories',
    program: `
class Handle(ctypes.Structure): _fields_ = [('length', ctypes.c_uint), ('kind', ctypes.c_int), ('handle', ctypes.c_ubyte * 128)]
with open('/tmp/known', 'w') as file: file.write('known')
handle, mount = Handle(length=128), ctypes.c_int()
control('the number of a file', lambda: call(libc.name_to_handle_at, AT_FDCWD, b'/tmp/known', ctypes.byref(handle), ctypes.byref(mount), 0) == 0)
def opened():
    folder = os.open('/tmp', os.O_RDONLY)
    return os.read(call(libc.open_by_handle_at, folder, ctypes.byref(handle), os.O_RDONLY), 5)
both('open_by_handle_at', NEWNS, opened)`,
  },
  {
    name: 'read-only-page',
    tries: 'changes a file that it may only read, through a pipe (CVE-2022-0847)',
    program: `
with open('/tmp/read-only', 'w') as file: file.write('A' * 4096)
os.chmod('/tmp/read-only', 0o444)
def changed():
    file = os.open('/tmp/read-only', os.O_RDONLY)
    read, write = os.pipe()
    # Every page of the pipe has once been one that may be written to.
    for _ in range(16): os.write(write, b'x' * 4096)
    for _ in range(16): os.read(read, 4096)
    os.splice(file, write, 1, offset_src=0)
    os.write(write, b'BBBB')
    return 'B' in open('/tmp/read-only').read() and 'it is changed'
attempt('a page of a file', changed)`,
  },
  {
    name: 'page-zero',
    tries: 'maps the page that a null pointer of the kernel points to',
    program: `
libc.mmap.restype = ctypes.c_long
attempt('address 0', lambda: call(libc.mmap, 0, 4096, 3, 0x32, -1, 0) == 0 and 'mapped')`,
  },
]);
