/** Programs for python that make calls and print what each comes to; numbers are those of x86-64 and arm64. */

/** `call(name, number on x86-64, on arm64, arguments)` prints the name and 0, or the name of the error. */
export const SYSCALLS = `
import ctypes, errno, os, platform, socket, stat
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == 'x86_64'
page = ctypes.create_string_buffer(8192)
other = os.fork()
if other == 0:
    import time
    time.sleep(60)

def call(name, on_x86, on_arm, *args):
    number = on_x86 if x86 else on_arm
    if number is None:
        return
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    print(name, '0' if result >= 0 else errno.errorcode[ctypes.get_errno()])
    return result

def tried(name, what):
    try:
        what()
        print(name, '0')
    except OSError as error:
        print(name, errno.errorcode[error.errno])
`;

/** Each does no harm, and succeeds where nothing is filtered. */
export const DENIED_BY_STRICT = `
class Piece(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
here = (Piece * 1)(Piece(ctypes.addressof(page), 8))
there = (Piece * 1)(Piece(ctypes.addressof(page) + 4096, 8))
call('ptrace', 101, 117, 0x4206, other, 0, 0)
call('process_vm_readv', 310, 270, os.getpid(), here, 1, there, 1, 0)
call('process_vm_writev', 311, 271, os.getpid(), here, 1, there, 1, 0)
call('personality', 135, 92, 0xffffffff)
call('modify_ldt', 154, None, 0, page, 0)
call('name_to_handle_at', 303, 264, -100, b'/sandbox', (ctypes.c_uint * 40)(128), page, 0)
call('msgget', 68, 186, 0, 0o1600)
call('semget', 64, 190, 0, 1, 0o1600)
call('shmget', 29, 194, 0, 4096, 0o1600)
call('mq_open', 240, 180, b'queue', os.O_CREAT | os.O_RDWR, 0o600, None)
r, w = os.pipe()
call('vmsplice', 278, 75, w, here, 1, 0)
call('syncfs', 306, 267, os.open('/sandbox', os.O_RDONLY))
call('sync', 162, 81)
call('adjtimex', 159, 171, ctypes.create_string_buffer(512))
call('ioprio_set', 251, 30, 1, 0, (2 << 13) | 7)
call('sched_setscheduler', 144, 119, 0, 3, (ctypes.c_int * 1)(0))
tried('netfilter', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12).close())
tried('regular', lambda: os.mknod('node', stat.S_IFREG | 0o600))
`;

/** What no profile of ours lets through. */
export const NEVER_ALLOWED = `
call('unshare', 272, 97, 0x10000000)
call('setns', 308, 268, os.open('/proc/self/ns/user', os.O_RDONLY), 0)
call('clone-newuser', 56, 220, 0x10000000 | 17, 0, 0, 0, 0)
call('clone3', 435, 435, page, 64)
call('mount', 165, 40, b'none', b'/tmp', b'tmpfs', 0, 0)
call('umount2', 166, 39, b'/tmp', 2)
call('move_mount', 429, 429, -100, b'/tmp', -100, b'/sandbox', 0)
call('open_tree', 428, 428, -100, b'/tmp', 1)
call('fsopen', 430, 430, b'tmpfs', 0)
call('mount_setattr', 442, 442, -100, b'/tmp', 0, page, 32)
call('io_uring_setup', 425, 425, 1, page)
call('keyctl', 250, 219, 0, -3, 1)
call('add_key', 248, 217, b'user', b'name', b'x', 1, -3)
call('bpf', 321, 280, 0, page, 64)
call('perf_event_open', 298, 241, page, 0, -1, -1, 0)
call('userfaultfd', 323, 282, 1)
call('pidfd_getfd', 438, 438, os.pidfd_open(other), 0, 0)
`;
