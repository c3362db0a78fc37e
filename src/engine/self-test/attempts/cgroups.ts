import { about } from '../attempt.ts';

/** The groups that limits are made of. */
export const CGROUPS = about('cgroups', [
  {
    name: 'cgroup-files',
    tries: 'writes to its control groups: limits, members, devices, release_agent',
    program: `
def opens(path):
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    return True
tried, found = writable('/sys/fs/cgroup', opens)
attempt(f'open one of {tried} for writing', lambda: ' '.join(found[:5]))
for top, folders, _ in os.walk('/sys/fs/cgroup'):
    for name in folders[:20]:
        def made():
            os.mkdir(os.path.join(top, name, 'escaped'))
            os.rmdir(os.path.join(top, name, 'escaped'))
            return 'made a group'
        attempt(os.path.join(top, name), made)
    break
def made():
    os.mkdir('/sys/fs/cgroup/escaped')
    os.rmdir('/sys/fs/cgroup/escaped')
    return 'made a group'
attempt('/sys/fs/cgroup', made)`,
  },
  {
    name: 'cgroup-mount',
    tries: 'mounts control groups where it may write, for their release_agent',
    program: `
os.mkdir('/tmp/cgroup')
for kind, options in (('cgroup2', None), ('cgroup', b'none,name=escaped'), ('cgroup', b'memory'), ('cgroup', b'rdma'), ('cgroup', b'pids')):
    def mounted():
        call(libc.mount, b'cgroup', b'/tmp/cgroup', kind.encode(), 0, options)
        return f'mounted: {" ".join(sorted(os.listdir("/tmp/cgroup"))[:5])}'
    both(f'{kind} {(options or b"").decode()}', NEWNS | NEWCGROUP, mounted)`,
  },
]);
