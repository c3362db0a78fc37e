import { about } from '../attempt.ts';

/** Takes something in several processes, each as often as its own limits allow, and keeps it. */
const SPREAD = `
def spread(take, each=900, workers=8):
    total = 0
    for _ in range(workers):
        read, write = os.pipe()
        if os.fork() == 0:
            held = []
            try:
                while len(held) < each: held.append(take())
            except OSError: pass
            os.write(write, str(len(held)).encode())
            while True: signal.pause()
        got = int(os.read(read, 32))
        os.close(read); os.close(write)
        total += got
        if got < each: break
    return total
`;

/** What all of a host's programs, or all of a user's, share: one takes what it gets, another goes on as if alone. */
export const EXHAUSTION = about('neighbours', [
  {
    name: 'exhausted-inotify',
    tries: 'takes every inotify instance of a user, so that a neighbour has none',
    first: {
      stays: true,
      program: `${SPREAD}
control('to take many', lambda: spread(lambda: call(libc.inotify_init1, 0)) >= 32)
hold()`,
    },
    program: `
def watches():
    taken = [call(libc.inotify_init1, 0) for _ in range(32)]
    return all(call(libc.inotify_add_watch, one, b'/tmp', 0x100) >= 0 for one in taken)
undisturbed('watching files', watches)`,
  },
  {
    name: 'exhausted-pipes',
    tries: 'takes all the memory that the pipes of a user may have, so that a neighbour’s are small',
    first: {
      stays: true,
      program: `${SPREAD}
import fcntl
def large():
    ends = os.pipe()
    fcntl.fcntl(ends[1], 1031, 1 << 20)
    return ends
control('to take many', lambda: spread(large, 400) >= 8)
hold()`,
    },
    program: `
import fcntl
def piped():
    read, write = os.pipe()
    return fcntl.fcntl(write, 1032) >= 65536 and fcntl.fcntl(write, 1031, 1 << 20) >= 1 << 20
undisturbed('a pipe of full size', piped)`,
  },
  {
    name: 'exhausted-message-queues',
    tries: 'takes every message queue of POSIX and of System V, so that a neighbour has none',
    first: {
      stays: true,
      program: `
def all_of(take):
    taken = 0
    try:
        while taken < 40_000:
            take(taken); taken += 1
    except OSError: pass
    return taken
control('to take many of POSIX', lambda: all_of(lambda i: call(libc.mq_open, f'/{i}'.encode(), 0o102, 0o600, None)) >= 4)
control('to take many of System V', lambda: all_of(lambda i: call(libc.msgget, 0, 0o1600)) >= 16)
control('to take many semaphores', lambda: all_of(lambda i: call(libc.semget, 0, 1, 0o1600)) >= 16)
hold()`,
    },
    program: `
undisturbed('a queue of POSIX', lambda: call(libc.mq_open, b'/own', 0o102, 0o600, None) >= 0)
undisturbed('a queue of System V', lambda: call(libc.msgget, 0, 0o1600) >= 0)
undisturbed('a semaphore', lambda: call(libc.semget, 0, 1, 0o1600) >= 0)`,
  },
  {
    name: 'exhausted-signals',
    tries: 'queues every signal that may wait for a user, so that a neighbour can queue none',
    first: {
      stays: true,
      program: `
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
queued = 0
try:
    while queued < 200_000:
        call(libc.sigqueue, os.getpid(), signal.SIGRTMIN, ctypes.c_void_p(0)); queued += 1
except OSError: pass
control('to queue many', lambda: queued >= 100)
hold()`,
    },
    program: `
def waits():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    for _ in range(64): call(libc.sigqueue, os.getpid(), signal.SIGRTMIN, ctypes.c_void_p(0))
    return all(signal.sigwaitinfo([signal.SIGRTMIN]) for _ in range(64))
undisturbed('a signal that waits', waits)`,
  },
  {
    name: 'exhausted-processes',
    tries: 'starts as many processes as it can, so that a neighbour can start none',
    first: {
      stays: true,
      program: `
started = 0
try:
    while started < 5000:
        if os.fork() == 0:
            while True: signal.pause()
        started += 1
except OSError: pass
control('to start many', lambda: started >= 8)
hold()`,
    },
    program: `
import threading
def threaded():
    done = []
    threads = [threading.Thread(target=lambda: done.append(1)) for _ in range(8)]
    for one in threads: one.start()
    for one in threads: one.join()
    return len(done) == 8
undisturbed('starting threads', threaded)
undisturbed('starting a process', lambda: os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)[1] == 0)`,
  },
  {
    name: 'exhausted-open-files',
    tries: 'opens as many files as it can, so that a neighbour can open none',
    first: {
      stays: true,
      program: `${SPREAD}
control('to open many', lambda: spread(lambda: os.open('/dev/null', os.O_RDONLY), 1000, 60) >= 500)
hold()`,
    },
    program: "undisturbed('opening files', lambda: len([open('/dev/null') for _ in range(50)]) == 50)",
  },
  {
    name: 'exhausted-disks',
    tries: 'fills every place that it can write, so that a neighbour can write nothing',
    first: {
      stays: true,
      program: `
for folder in ('/sandbox', '/tmp', '/dev/shm'):
    try:
        with open(folder + '/full', 'wb', buffering=0) as file:
            while file.write(b'x' * 65536) > 0: pass
        sys.exit(f'{folder} has no end')
    except OSError as error:
        control(folder, lambda: error.errno == 28)
hold()`,
    },
    program: `
def written():
    for folder in ('/sandbox', '/tmp', '/dev/shm'):
        with open(folder + '/own', 'wb') as file: file.write(b'x' * 4_000_000)
    return True
undisturbed('writing files', written)`,
  },
  {
    name: 'exhausted-shared-memory',
    tries: 'takes all of System V shared memory that there is, so that a neighbour has none',
    first: {
      stays: true,
      program: `
taken = 0
try:
    while taken < 4096:
        segment = call(libc.shmget, 0, 1 << 20, 0o1600); taken += 1
except OSError: pass
control('to take much', lambda: taken >= 8)
hold()`,
    },
    program: "undisturbed('shared memory', lambda: call(libc.shmget, 0, 4 << 20, 0o1600) >= 0)",
  },
  {
    name: 'terminals',
    tries: 'takes terminals, of which the host has one account (kernel.pty.max)',
    knownLimit: 'terminals are counted for the whole host: one program can take them from all (SECURITY.md)',
    first: {
      stays: true,
      program: `
taken = []
try:
    while len(taken) < 200: taken.append(os.openpty())
except OSError: pass
control('to take some', lambda: len(taken) >= 16)
print(f'taken {len(taken)}', flush=True)
hold()`,
    },
    program: `
counted = int(open('/proc/sys/kernel/pty/nr').read())
attempt('to be counted with those of a neighbour', lambda: counted >= 16 and f'the host counts {counted} terminals, and it has none')
control('to take one', lambda: os.openpty())`,
  },
]);
