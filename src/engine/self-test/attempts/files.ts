import { about } from '../attempt.ts';

/** Every place that names a file. */
export const FILES = about('files', [
  {
    name: 'read-only-root',
    tries: 'makes a file in every directory of the file system',
    program: `
OWN = ('/proc', '/sys', '/sandbox', '/tmp', '/dev/shm', '/dev/mqueue')
made, tried = [], 0
for folder, folders, _ in os.walk('/'):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in OWN]
    try:
        os.close(os.open(os.path.join(folder, 'escaped'), os.O_CREAT | os.O_WRONLY))
        made.append(folder)
    except OSError: pass
    tried += 1
control('to find directories', lambda: tried > 100)
control('to write where it may', lambda: open('/sandbox/own', 'w').write('x'))
attempt(f'to write in one of {tried}', lambda: ' '.join(made[:5]))
attempt('/etc/hostname', lambda: open('/etc/hostname', 'w').write('escaped'))`,
  },
  {
    name: 'existing-files',
    tries: 'opens every file of the image for writing, and changes its mode and owner',
    program: `
OWN = ('/proc', '/sys', '/sandbox', '/tmp', '/dev')
changed, tried = [], 0
for folder, folders, names in os.walk('/'):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in OWN]
    for name in names:
        path = os.path.join(folder, name)
        tried += 1
        for act in (lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)), lambda: os.utime(path, follow_symlinks=False)):
            try: act()
            except OSError: continue
            changed.append(path)
            break
control('to find files', lambda: tried > 1000)
attempt(f'to change one of {tried}', lambda: ' '.join(changed[:5]))
for path in ('/etc/passwd', '/etc/hosts', '/etc/resolv.conf', '/usr/bin/env'):
    attempt(f'chmod {path}', lambda: os.chmod(path, 0o777) is None)
    attempt(f'chown {path}', lambda: os.chown(path, os.getuid(), -1) is None)
    attempt(f'truncate {path}', lambda: os.truncate(path, 0) is None)
    attempt(f'remove {path}', lambda: os.unlink(path) is None)`,
  },
  {
    name: 'hard-links',
    tries: 'makes hard links to files of others, and changes them through these',
    program: `
for path in ('/etc/passwd', '/etc/shadow', '/usr/bin/env', '/.isol8/isol8-guest', '/proc/self/exe', '/proc/1/exe', '/etc/resolv.conf'):
    for folder in ('/tmp', '/sandbox', '/dev/shm'):
        attempt(f'{path} in {folder}', lambda: os.link(path, f'{folder}/linked', follow_symlinks=True) is None)
def by_descriptor():
    file = os.open('/etc/passwd', os.O_RDONLY)
    call(libc.linkat, file, b'', AT_FDCWD, b'/tmp/linked', 0x1000)
    return 'linked'
attempt('by descriptor', by_descriptor)
open('/tmp/own', 'w').close()
control('to link its own', lambda: os.link('/tmp/own', '/tmp/own-too') is None)`,
  },
  {
    name: 'output-symlinks',
    tries: 'has the server give back files of the guest and the image through symbolic links',
    outputPaths: [
      'ours',
      'passwd',
      'shadow',
      'environ',
      'guest',
      'root',
      'folder/passwd',
      'folder/*',
      'loop',
      'chain',
      'up',
    ],
    program: `
with open('ours', 'w') as file: file.write(FACTS['mark'])
for name, target in dict(passwd='/etc/passwd', shadow='/etc/shadow', environ='/proc/1/environ', guest='/.isol8/isol8-guest', root='/proc/1/root/etc/passwd',
                         folder='/etc', loop='loop', chain='passwd', up='../../../../etc/passwd').items():
    os.symlink(target, name)`,
  },
  {
    name: 'output-magic-links',
    tries: 'has the server give back what /proc’s own links lead to',
    outputPaths: ['ours', 'self', 'stdin', 'stdout', 'cwd/etc/passwd', 'fd/*', 'task', 'environ', 'link'],
    program: `
with open('ours', 'w') as file: file.write(FACTS['mark'])
for name, target in dict(self='/proc/self/environ', stdin='/proc/self/fd/0', stdout='/proc/1/fd/1', cwd='/proc/self/root', fd='/proc/self/fd',
                         task='/proc/thread-self/maps', environ='/proc/self/environ', link='/dev/fd/3').items():
    os.symlink(target, name)`,
  },
  {
    name: 'output-races',
    tries: 'swaps a file for a symbolic link again and again while the server reads it',
    outputPaths: ['ours', 'swapped', 'folder/passwd'],
    program: `
with open('ours', 'w') as file: file.write(FACTS['mark'])
os.mkdir('real'); os.link('ours', 'real/passwd')
# It has left the program's group and session, and may still run when files are read.
if os.fork() == 0:
    os.setsid()
    for number in (0, 1, 2): os.close(number)
    while True:
        for target, folder in (('ours', 'real'), ('/etc/passwd', '/etc')):
            for name, to in (('swapped', target), ('folder', folder)):
                os.symlink(to, name + '.new'); os.rename(name + '.new', name)
import time
while not os.path.lexists('folder'): time.sleep(0.01)`,
  },
  {
    name: 'input-path',
    tries: 'asks for an input file above /sandbox',
    inputPath: '../tmp/escaped',
    program: "attempt('../tmp/escaped', lambda: os.path.exists('/tmp/escaped') and 'it is there')",
  },
  {
    name: 'input-path-of-proc',
    tries: 'asks for an input file at the end of a link of /proc',
    inputPath: '/proc/self/cwd/../etc/escaped',
    program: "attempt('/etc/escaped', lambda: os.path.exists('/etc/escaped') and 'it is there')",
  },
  {
    name: 'working-directory',
    tries: 'asks to start in a descriptor that the runtime left open (CVE-2024-21626)',
    workingDirectory: '/proc/self/fd/7',
    program: "attempt('/proc/self/fd/7', lambda: not os.getcwd().startswith('/sandbox') and os.listdir('.'))",
  },
]);
