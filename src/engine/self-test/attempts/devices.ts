import { about } from '../attempt.ts';

/** Devices that are there, and those that one could make. */
export const DEVICES = about('devices', [
  {
    name: 'host-devices',
    tries: 'opens every device in /dev, and those of memory, disks, virtual machines and tunnels by name',
    program: `
import stat
HARMLESS = ('null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx')
there = [os.path.join(folder, name) for folder, _, names in os.walk('/dev') for name in names]
devices = [path for path in there if stat.S_IFMT(os.lstat(path).st_mode) in (stat.S_IFCHR, stat.S_IFBLK)]
named = ('mem', 'kmem', 'port', 'kmsg', 'fuse', 'kvm', 'net/tun', 'vhost-net', 'loop-control', 'loop0', 'mapper/control', 'sda', 'vda',
         'nvme0n1', 'dri/card0', 'input/event0', 'snapshot', 'uinput', 'vsock', 'userfaultfd', 'cpu_dma_latency', 'console', 'tty0', 'hwrng')
control('/dev/null', lambda: '/dev/null' in devices)
for path in sorted({*devices, *('/dev/' + name for name in named)}):
    if path.removeprefix('/dev/') in HARMLESS or path.startswith('/dev/pts/'): continue
    if 'watchdog' in path:
        # To open it would restart the host.
        attempt(path, lambda: os.path.exists(path) and 'it is there')
        continue
    for flags in (os.O_RDONLY, os.O_WRONLY):
        attempt(path, lambda: os.close(os.open(path, flags | os.O_NONBLOCK)) or 'opened')`,
  },
  {
    name: 'device-nodes',
    tries: 'makes devices of memory, disks, the kernel’s log and tunnels, and opens them',
    program: `
import stat
NODES = (('mem', stat.S_IFCHR, 1, 1), ('kmsg', stat.S_IFCHR, 1, 11), ('kvm', stat.S_IFCHR, 10, 232), ('tun', stat.S_IFCHR, 10, 200),
         ('fuse', stat.S_IFCHR, 10, 229), ('sda', stat.S_IFBLK, 8, 0), ('vda', stat.S_IFBLK, 254, 0), ('nvme', stat.S_IFBLK, 259, 0), ('loop', stat.S_IFBLK, 7, 0))
control('a fifo, which anybody may make', lambda: os.mknod('/tmp/fifo', 0o600 | stat.S_IFIFO) is None)
for folder in ('/tmp', '/sandbox', '/dev/shm'):
    for name, kind, major, minor in NODES:
        def made():
            path = f'{folder}/{name}-{os.getpid()}'
            os.mknod(path, 0o666 | kind, os.makedev(major, minor))
            return f'made {path}'
        both(f'{folder} {name}', NEWNS, made)`,
  },
]);
