/**
 * What every program of an attempt begins with. It has no effect and opens nothing, so that what a program finds is the
 * sandbox's own.
 *
 * Only an OSError counts as a refusal; every other exception ends the program, and then the attempt is not judged.
 */
const PRELUDE = `
import ctypes, json, os, platform, signal, socket, sys, traceback

AT_FDCWD = -100
NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME = (
    0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80)
# From 424 on, numbers are the same everywhere.
NUMBERS = {
    'x86_64': dict(clone=56, syslog=103, add_key=248, keyctl=250, io_setup=206, init_module=175, kexec_load=246, bpf=321,
                   perf_event_open=298, userfaultfd=323, pivot_root=155, reboot=169),
    'aarch64': dict(clone=220, syslog=116, add_key=217, keyctl=219, io_setup=0, init_module=105, kexec_load=104, bpf=280,
                    perf_event_open=241, userfaultfd=282, pivot_root=41, reboot=142),
}[platform.machine()]
NUMBERS.update(io_uring_setup=425, open_tree=428, fsopen=430, fsconfig=431, fsmount=432, clone3=435, pidfd_getfd=438, mount_setattr=442)

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
reached, refused = [], []

def call(function, *arguments):
    """A function of libc that answers -1 when it is refused."""
    ctypes.set_errno(0)
    result = function(*[ctypes.c_long(one) if isinstance(one, int) else one for one in arguments])
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def syscall(name, *arguments):
    return call(libc.syscall, NUMBERS[name], *arguments)

def attempt(what, act):
    """Tries something. What act returns is the evidence that it had an effect."""
    try:
        evidence = act()
    except OSError as error:
        refused.append(f'{what}: {error.strerror or error}')
    else:
        (reached if evidence else refused).append(f'{what}: {evidence or "no effect"}')

def undisturbed(what, act):
    """Does ordinary work, which has to succeed whatever a neighbour does."""
    try:
        done = act()
    except OSError as error:
        reached.append(f'{what} is not possible: {error.strerror or error}')
    else:
        (refused if done else reached).append(f'{what} {"goes on" if done else "is not possible"}')

def control(what, act):
    """What is allowed and has to work: without it, the attempt itself says nothing."""
    if not act():
        sys.exit(f'control: {what} did not work')

def in_child(act, deadly=(signal.SIGSYS,)):
    """What act returns in a process of its own, as text. A death that the kernel gives instead of an error is one."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                answer = [0, str(act() or '')]
            except OSError as error:
                answer = [error.errno or 1, str(error.strerror or error)]
            os.write(write, json.dumps(answer).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in deadly:
        raise OSError(1, f'killed by {signal.Signals(os.WTERMSIG(status)).name}')
    if not said:
        sys.exit('a process that tried said nothing')
    number, text = json.loads(said)
    if number:
        raise OSError(number, text)
    return text

def become_root(flags=0):
    """Root of a user namespace of one's own, and of further namespaces."""
    uid, gid = os.getuid(), os.getgid()
    call(libc.unshare, NEWUSER | flags)
    for name, text in (('setgroups', 'deny'), ('uid_map', f'0 {uid} 1'), ('gid_map', f'0 {gid} 1')):
        with open('/proc/self/' + name, 'w') as file:
            file.write(text)

def both(what, flags, act):
    """Tries something as it is, and as root of namespaces of one's own."""
    attempt(what, lambda: in_child(act))
    attempt(f'{what} in namespaces of its own', lambda: in_child(lambda: become_root(flags) or act()))

def writable(top, act):
    """Tries act on every file below a folder: how many there are, and what had an effect."""
    found, tried = [], 0
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if act(path): found.append(path)
            except OSError: pass
            tried += 1
    return tried, found

def admits(function, *arguments):
    """Whether the kernel looks at a request, however wrong it is, that only a privileged program may make."""
    try:
        return f'the kernel answers {call(function, *arguments)}'
    except OSError as error:
        if error.errno in (1, 13, 38): raise
        return f'the kernel looks at it: {error.strerror}'

def hold():
    """Says that everything was taken, and keeps it."""
    print('holding', flush=True)
    while True: signal.pause()
`;

/** What a program ends with: its report, as its last line. */
const REPORT = "\nprint(json.dumps({'reached': reached, 'refused': refused}), flush=True)\nos._exit(0)\n";

/** The whole program of an attempt. `facts` is what it knows about the host, as FACTS. */
export function wholeProgram(program: string, facts: object): string {
  // What JSON makes of a string is one for Python too.
  const literal = JSON.stringify(JSON.stringify(facts));
  return `${PRELUDE}\nFACTS = json.loads(${literal})\n${program}\n${REPORT}`;
}
