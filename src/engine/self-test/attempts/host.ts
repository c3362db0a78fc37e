import { about } from '../attempt.ts';

/** What the host has: its loopback, its Docker, its processes, its server's environment. */
export const HOST = about('host', [
  {
    name: 'host-loopback',
    tries: 'connects to a listener that the server opened on the loopback of the host, and at the host’s own addresses',
    program: `
for address in ('127.0.0.1', '::1', '0.0.0.0', *FACTS['addresses']):
    def connected():
        with socket.create_connection((address, FACTS['port']), 1) as one: return one.recv(64).decode() == FACTS['token'] and 'it greets'
    attempt(address, connected)
def connects_to_its_own():
    with socket.create_server(('127.0.0.1', 0)) as own, socket.create_connection(own.getsockname(), 1): return True
control('a connection to itself', connects_to_its_own)`,
  },
  {
    name: 'host-abstract-socket',
    tries: 'connects to a Unix socket without a file that the server opened on the host',
    program: `
def connected():
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(1)
        one.connect('\\0' + FACTS['abstract'])
        return one.recv(64).decode() == FACTS['token'] and 'it greets'
attempt('the host’s', connected)
with socket.socket(socket.AF_UNIX) as own:
    own.bind('\\0own'); own.listen()
    control('one of its own', lambda: socket.socket(socket.AF_UNIX).connect('\\0own') is None)`,
  },
  {
    name: 'docker-socket',
    tries: 'finds a socket of Docker or of another container engine, or any socket at all',
    program: `
import stat
usual = ['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock', '/run/crio/crio.sock', '/run/systemd/private', '/run/dbus/system_bus_socket']
found = []
for folder, folders, names in os.walk('/'):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ('/proc', '/sys')]
    for name in names:
        try:
            if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode): found.append(os.path.join(folder, name))
        except OSError: pass
for path in sorted({*usual, *FACTS['sockets'], *found}):
    def connected():
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(1)
            one.connect(path)
            return 'connected'
    attempt(path, connected)`,
  },
  {
    name: 'server-environment',
    tries: 'finds variables of the server’s environment in its own and in that of every process it sees',
    program: `
import hashlib
seen = [f'{name}={value}'.encode() for name, value in os.environ.items()]
for number in filter(str.isdigit, os.listdir('/proc')):
    try: seen += open(f'/proc/{number}/environ', 'rb').read().split(b'\\0')
    except OSError: pass
control('its own environment', lambda: any(one.startswith(b'PATH=') for one in seen))
control('what to look for', lambda: FACTS['environment'])
# Digests: what it looks for is not told to a sandbox.
attempt(f'one of {len(FACTS["environment"])} variables', lambda: b' '.join({one.split(b'=')[0] for one in seen if hashlib.sha256(one).hexdigest() in FACTS['environment']}).decode())`,
  },
  {
    name: 'host-processes',
    tries: 'sees processes of the host',
    program: `
def owner(number):
    try: return os.stat(f'/proc/{number}').st_uid
    except OSError: return os.getuid()
def called(number):
    # It may have ended since.
    try: return open(f'/proc/{number}/comm').read().strip()
    except OSError: return ''
others = [number for number in map(int, filter(str.isdigit, os.listdir('/proc'))) if number != 1 and owner(number) != os.getuid()]
control('to see itself', lambda: str(os.getpid()) in os.listdir('/proc'))
attempt('others than its own', lambda: ' '.join(map(called, others)).strip())`,
  },
  {
    name: 'host-files',
    tries: 'leaves its root by way of .., /proc and the directories of processes',
    program: `
path = '/sandbox'
for _ in range(40): path += '/..'
control('to go up', lambda: os.listdir(path))
attempt('..', lambda: not os.path.samefile(path, '/') and os.listdir(path))
for link in ('/proc/1/root', '/proc/1/cwd', '/proc/self/root/..', '/proc/self/task/../../1/root'):
    attempt(link, lambda: not os.path.samefile(link, '/') and not os.path.samefile(link, '/proc') and os.listdir(link))
for path in ('/var/lib/docker', '/var/lib/containerd', '/root', '/home/user', '/etc/shadow', '/boot', '/lost+found'):
    attempt(path, lambda: (os.listdir(path) if os.path.isdir(path) else open(path).read(1)) and 'it has a content')`,
  },
]);
