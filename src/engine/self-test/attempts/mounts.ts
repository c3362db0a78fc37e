import { about } from '../attempt.ts';

/** Mounts, with and without namespaces of one's own. */
export const MOUNTS = about('mounts', [
  {
    name: 'mount-tmpfs',
    tries: 'mounts a file system in memory, which has no limit',
    program: `
os.mkdir('/tmp/mounted')
def mounted():
    call(libc.mount, b'none', b'/tmp/mounted', b'tmpfs', 0, None)
    return any(' /tmp/mounted tmpfs ' in line for line in open('/proc/self/mounts')) and 'mounted'
both('mount', NEWNS, mounted)`,
  },
  {
    name: 'bind-mount',
    tries: 'puts a file of its own over /etc/passwd',
    program: `
with open('/tmp/passwd', 'w') as file: file.write('mine')
def bound():
    call(libc.mount, b'/tmp/passwd', b'/etc/passwd', None, 4096, None)
    return open('/etc/passwd').read() == 'mine' and 'it reads its own'
both('bind', NEWNS, bound)`,
  },
  {
    name: 'remount-root',
    tries: 'makes the root writable by mounting it anew, and writes to it',
    program: `
REMOUNT_BIND = 32 | 4096
def remounted():
    call(libc.mount, b'none', b'/', None, REMOUNT_BIND, None)
    with open('/etc/escaped', 'w') as file: file.write('x')
    return 'wrote /etc/escaped'
both('remount', NEWNS, remounted)
def changed():
    clear_read_only = (ctypes.c_uint64 * 4)(0, 1, 0, 0)
    syscall('mount_setattr', AT_FDCWD, b'/', 0, ctypes.byref(clear_read_only), 32)
    with open('/etc/escaped', 'w') as file: file.write('x')
    return 'wrote /etc/escaped'
both('mount_setattr', NEWNS, changed)`,
  },
  {
    name: 'unmask-proc',
    tries: 'takes the covers off what is hidden and read-only in /proc and /sys',
    program: `
covers = [line.split()[1] for line in open('/proc/self/mounts') if line.split()[1].startswith(('/proc/', '/sys/'))]
control('to find the covers', lambda: covers)
def uncovered():
    for path in covers:
        try: call(libc.umount2, path.encode(), 2)
        except OSError as error: last = error; continue
        return f'{path} is uncovered'
    raise last
both('umount', NEWNS, uncovered)`,
  },
  {
    name: 'fresh-proc',
    tries: 'mounts a /proc that hides nothing',
    program: `
os.mkdir('/tmp/proc')
def mounted():
    def inner():
        call(libc.mount, b'proc', b'/tmp/proc', b'proc', 0, None)
        return os.path.exists('/tmp/proc/self/status') and 'mounted'
    # Only a child is in a new namespace of processes.
    return in_child(inner)
both('mount', NEWNS | NEWPID, mounted)`,
  },
  {
    name: 'new-mount-calls',
    tries: 'makes mounts with fsopen and open_tree, which old filters do not know',
    program: `
def opened():
    context = syscall('fsopen', b'tmpfs', 0)
    syscall('fsconfig', context, 6, None, None, 0)
    mount = syscall('fsmount', context, 0, 0)
    with open(f'/proc/self/fd/{mount}/file', 'w') as file: file.write('x')
    return 'wrote to a file system of its own'
both('fsopen', NEWNS, opened)
def cloned():
    return syscall('open_tree', AT_FDCWD, b'/', 0x8001) >= 0 and 'a copy of the tree'
both('open_tree', NEWNS, cloned)`,
  },
  {
    name: 'change-root',
    tries: 'takes another root',
    program: `
def changed():
    call(libc.chroot, b'/tmp')
    os.chdir('/')
    return not os.path.exists('/etc') and 'it has another root'
both('chroot', NEWNS, changed)
os.mkdir('/tmp/root')
def pivoted():
    call(libc.mount, b'/tmp/root', b'/tmp/root', None, 4096, None)
    os.mkdir('/tmp/root/old')
    syscall('pivot_root', b'/tmp/root', b'/tmp/root/old')
    return os.path.exists('/old/etc') and 'it has another root'
both('pivot_root', NEWNS, pivoted)`,
  },
]);
