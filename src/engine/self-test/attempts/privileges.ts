import { about } from '../attempt.ts';

/** More rights than the program was given. */
export const PRIVILEGES = about('privileges', [
  {
    name: 'set-user-id',
    tries: 'becomes root, or a member of root’s group, by every call that sets ids',
    program: `
for what, act in dict(setuid=lambda: os.setuid(0), seteuid=lambda: os.seteuid(0), setreuid=lambda: os.setreuid(0, 0),
                      setresuid=lambda: os.setresuid(0, 0, 0), setgid=lambda: os.setgid(0), setresgid=lambda: os.setresgid(0, 0, 0),
                      setgroups=lambda: os.setgroups([0]), other=lambda: os.setuid(os.getuid() + 1)).items():
    def changed():
        before = os.getresuid(), os.getresgid(), sorted(os.getgroups())
        act()
        after = os.getresuid(), os.getresgid(), sorted(os.getgroups())
        return after != before and f'{before} became {after}'
    attempt(what, lambda: in_child(changed))
def acts_as_root():
    libc.setfsuid(0); libc.setfsgid(0)
    return libc.setfsuid(-1) == 0 and 'its file system id is root'
attempt('setfsuid', lambda: in_child(acts_as_root))`,
  },
  {
    name: 'set-user-id-programs',
    tries: 'gains rights by starting the image’s programs that have the set-user-id bit or capabilities',
    program: `
import stat, subprocess
found = []
for top in ('/bin', '/sbin', '/usr', '/opt', '/lib'):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                mode = os.lstat(path).st_mode
                if stat.S_ISREG(mode) and (mode & 0o6000 or (mode & 0o111 and 'security.capability' in os.listxattr(path))): found.append(path)
            except OSError: pass
if not found: attempt('there is none', lambda: '')
def identity(path):
    # The linker shows these only where a program has no more rights than whoever started it.
    shown = subprocess.run([path], env={'LD_SHOW_AUXV': '1'}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5, start_new_session=True).stdout
    return dict(line.split()[:2] for line in shown.splitlines() if line.startswith('AT_') and len(line.split()) > 1)
control('the ids of a program', lambda: identity('/bin/true').get('AT_EUID:') == str(os.geteuid()))
for path in found:
    def raised():
        ids = identity(path)
        own = ids.get('AT_EUID:') == str(os.geteuid()) and ids.get('AT_EGID:') == str(os.getegid()) and ids.get('AT_SECURE:') == '0'
        return not own and f'runs with other rights: {ids}'
    attempt(path, raised)
# A copy that root has to own is nobody's; its bit means nothing on a file system without set-user-id.
import shutil
shutil.copy('/usr/bin/id', '/tmp/id')
os.chmod('/tmp/id', 0o6755)
attempt('a copy with the bit', lambda: subprocess.run(['/tmp/id', '-u'], capture_output=True, text=True).stdout.strip() == '0')`,
  },
  {
    name: 'capabilities',
    tries: 'takes capabilities: by capset, as ambient ones, from those it could inherit',
    program: `
def effective():
    fields = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
    return [name for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb') if int(fields[name], 16) != 0]
attempt('those it has', lambda: ' '.join(effective()))
def capset():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(0xe0, 0xe0, 0xe0, 0, 0, 0)
    call(libc.capset, ctypes.byref(header), ctypes.byref(data))
    return ' '.join(effective())
attempt('capset', lambda: in_child(capset))
def ambient():
    for number in range(41): libc.prctl(47, 2, number, 0, 0)
    return ' '.join(effective())
attempt('ambient', lambda: in_child(ambient))
def securebits():
    call(libc.prctl, 28, 1 << 4, 0, 0, 0)
    return 'it keeps capabilities over a change of user'
attempt('securebits', lambda: in_child(securebits))`,
  },
  {
    name: 'filter-removed',
    tries: 'frees itself of its filter of system calls and of no_new_privs',
    program: `
def field(name):
    return next(line.split()[1] for line in open('/proc/self/status') if line.startswith(name + ':'))
attempt('what began without a filter', lambda: field('Seccomp') == '0' and 'there is none')
attempt('what began without no_new_privs', lambda: field('NoNewPrivs') == '0' and 'it is not set')
def freed():
    libc.prctl(22, 0, 0, 0, 0)
    return field('Seccomp') == '0' and 'there is no filter any more'
attempt('prctl', lambda: in_child(freed))
def privileged():
    libc.prctl(38, 0, 0, 0, 0)
    return field('NoNewPrivs') == '0' and 'it is not set any more'
attempt('no_new_privs', lambda: in_child(privileged))`,
  },
  {
    name: 'foreign-instructions',
    tries: 'calls the kernel by its 32-bit and x32 doors, which a filter for 64 bits does not see',
    program: `
import mmap
if platform.machine() == 'x86_64':
    # mov eax, 20 (getpid); int 0x80; ret
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(bytes.fromhex('b814000000cd80c3'))
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    getpid = ctypes.CFUNCTYPE(ctypes.c_int)(address)
    attempt('32-bit', lambda: in_child(lambda: getpid() == os.getpid() and 'the kernel answers', (signal.SIGSYS, signal.SIGSEGV)))
    attempt('x32', lambda: in_child(lambda: call(libc.syscall, 0x40000000 | 39) == os.getpid() and 'the kernel answers'))
else:
    attempt('another door', lambda: '')`,
  },
]);
