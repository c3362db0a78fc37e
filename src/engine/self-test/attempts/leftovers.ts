import { about } from '../attempt.ts';

const LEAVE = `
name = FACTS['token'][:16]
KEY = int(name[:7], 16)
for folder in ('/tmp', '/sandbox', '/dev/shm'):
    with open(f'{folder}/{name}', 'w') as file: file.write(name)
control('a queue', lambda: call(libc.mq_open, f'/{name}'.encode(), 0o102, 0o666, None) >= 0)
control('shared memory', lambda: call(libc.shmget, KEY, 4096, 0o1666) >= 0)
control('a message queue', lambda: call(libc.msgget, KEY, 0o1666) >= 0)
control('a semaphore', lambda: call(libc.semget, KEY, 1, 0o1666) >= 0)
listener = socket.socket(socket.AF_UNIX)
listener.bind('\\0' + name)
listener.listen()
server = socket.create_server(('127.0.0.1', 10_000 + KEY % 50_000))
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execv('/bin/sleep', ['sleep', '31415926'])
    os._exit(0)
`;

const LOOK = `
name = FACTS['token'][:16]
KEY = int(name[:7], 16)
for folder in ('/tmp', '/sandbox', '/dev/shm', '/dev/mqueue'):
    attempt(f'{folder}', lambda: open(f'{folder}/{name}').read() or 'it is there')
    attempt(f'anything in {folder}', lambda: ' '.join(one for one in os.listdir(folder) if one != 'main.py'))
attempt('the queue', lambda: call(libc.mq_open, f'/{name}'.encode(), 2, 0, None) >= 0)
attempt('the shared memory', lambda: call(libc.shmget, KEY, 0, 0) >= 0)
attempt('the message queue', lambda: call(libc.msgget, KEY, 0) >= 0)
attempt('the semaphore', lambda: call(libc.semget, KEY, 0, 0) >= 0)
attempt('the socket', lambda: socket.socket(socket.AF_UNIX).connect('\\0' + name) is None)
attempt('the port', lambda: socket.create_connection(('127.0.0.1', 10_000 + KEY % 50_000), 1))
for kind in ('shm', 'msg', 'sem'):
    attempt(f'any of {kind}', lambda: open('/proc/sysvipc/' + kind).read().splitlines()[1:])
def commands():
    for number in filter(str.isdigit, os.listdir('/proc')):
        try:
            if b'31415926' in open(f'/proc/{number}/cmdline', 'rb').read(): return number
        except OSError: pass
attempt('the process', commands)`;

/** What one program leaves for, or shows to, another of the same tenant. */
export const LEFTOVERS = about('neighbours', [
  {
    name: 'leftovers',
    tries: 'finds files, shared memory, queues, semaphores, sockets and processes of the program before it',
    first: { program: LEAVE, stays: false },
    program: LOOK,
  },
  {
    name: 'shared-objects',
    tries: 'finds files, shared memory, queues, semaphores, sockets and processes of a program beside it',
    first: { program: `${LEAVE}\nhold()`, stays: true },
    program: LOOK,
  },
]);
