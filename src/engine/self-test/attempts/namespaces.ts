import { about } from '../attempt.ts';

/** Namespaces of one's own, and those of others. */
export const NAMESPACES = about('namespaces', [
  {
    name: 'user-namespace',
    tries: 'makes a user namespace with unshare, and is root in it',
    program: `
def made():
    become_root()
    return f'uid {os.getuid()} of a user namespace of its own'
attempt('unshare', lambda: in_child(made))`,
  },
  {
    name: 'user-namespace-by-clone',
    tries: 'starts a process in a user namespace with clone',
    program: `
def cloned():
    inode = os.stat('/proc/self/ns/user').st_ino
    child = syscall('clone', NEWUSER | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0: os._exit(0 if os.stat('/proc/self/ns/user').st_ino != inode else 1)
    return os.waitpid(child, 0)[1] == 0 and 'a process in a user namespace of its own'
attempt('clone', lambda: in_child(cloned))`,
  },
  {
    name: 'user-namespace-by-clone3',
    tries: 'starts a process in a user namespace with clone3, whose flags no filter can see',
    program: `
def cloned():
    inode = os.stat('/proc/self/ns/user').st_ino
    arguments = (ctypes.c_uint64 * 8)(NEWUSER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    child = syscall('clone3', ctypes.byref(arguments), 64)
    if child == 0: os._exit(0 if os.stat('/proc/self/ns/user').st_ino != inode else 1)
    return os.waitpid(child, 0)[1] == 0 and 'a process in a user namespace of its own'
attempt('clone3', lambda: in_child(cloned))`,
  },
  {
    name: 'other-namespaces',
    tries: 'makes a namespace of every other kind',
    program: `
kinds = dict(mnt=NEWNS, cgroup=NEWCGROUP, uts=NEWUTS, ipc=NEWIPC, net=NEWNET, pid_for_children=NEWPID, time_for_children=NEWTIME)
for name, flag in kinds.items():
    def made():
        before = os.readlink('/proc/self/ns/' + name)
        call(libc.unshare, flag)
        return os.readlink('/proc/self/ns/' + name) != before and 'made'
    both(name, 0, made)`,
  },
  {
    name: 'namespaces-of-the-guest',
    tries: 'joins the namespaces of PID 1',
    program: `
for name in ('cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'):
    attempt(f'/proc/1/ns/{name}', lambda: in_child(lambda: call(libc.setns, os.open('/proc/1/ns/' + name, os.O_RDONLY), 0) == 0))
for flag in (NEWNS, NEWPID, NEWNET, NEWUSER):
    attempt(f'by pidfd, {flag:#x}', lambda: in_child(lambda: call(libc.setns, os.pidfd_open(1), flag) == 0))`,
  },
  {
    name: 'parent-namespaces',
    tries: 'asks the kernel for the namespaces around its own',
    program: `
import fcntl
NS_GET_PARENT = 0xb702
for name in ('pid', 'user'):
    def parent():
        with open('/proc/self/ns/' + name) as own: return fcntl.ioctl(own, NS_GET_PARENT) >= 0 and 'a descriptor of it'
    attempt(name, parent)`,
  },
]);
