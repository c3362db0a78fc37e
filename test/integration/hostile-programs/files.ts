import { Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program } from '../../support/collect.ts';
import { type HostileCase, python } from './case.ts';

const { EXITED } = Outcome;

/** Programs that lay traps for those who read their files. */
export const FILES: readonly HostileCase[] = [
  {
    name: 'tricks on output paths',
    request: python(
      `
import socket
os.symlink('/etc/passwd', 'link'); os.symlink('/proc/self/environ', 'proc'); os.symlink('loop', 'loop'); os.symlink('/etc', 'etc')
os.mkfifo('fifo'); os.mkdir('folder'); socket.socket(socket.AF_UNIX).bind('socket')
open('secret', 'w').close(); os.chmod('secret', 0)
open('good', 'w').write('good'); os.symlink('good', 'to-good')`,
      {},
      {
        outputPaths: [
          'link',
          'proc',
          'loop',
          'etc/passwd',
          'fifo',
          'folder',
          'socket',
          'none',
          'to-good',
          'good',
          'none*',
        ],
      },
    ),
    outcome: EXITED,
    files: ['good', 'to-good'],
    missing: ['etc/passwd', 'fifo', 'folder', 'link', 'loop', 'none', 'none*', 'proc', 'socket'],
  },
  {
    name: 'a directory of directories, 10,000 deep',
    request: python(
      'for i in range(10_000):\n  os.mkdir("d"); os.chdir("d")\nopen("leaf", "w").close()',
      {},
      { outputPaths: ['**', '**/leaf'] },
    ),
    outcome: EXITED,
    files: ['main.py'],
    reason: 'has a name that is too long or not valid UTF-8',
  },
  {
    name: '100,000 files, all asked for',
    request: python(
      'for i in range(100):\n  os.mkdir(f"{i}")\n  for j in range(1000): os.mknod(f"{i}/{j}")',
      { workspace: 1024, seconds: 60 },
      { outputPaths: ['**'] },
    ),
    outcome: EXITED,
    missing: ['**'],
  },
  {
    name: 'names that are no text',
    request: python(
      'for i in range(11_000): os.close(os.open(b"\\xff%d" % i, os.O_CREAT))\nopen("new\\nline", "w").close()',
      {},
      { outputPaths: ['*'] },
    ),
    outcome: EXITED,
    reason: 'is larger than what can be given back',
  },
  {
    name: 'long names that may not be read',
    request: python(
      `
deep = '/'.join(['d' * 250] * 12)
os.makedirs(deep)
os.chdir(deep)
for i in range(4000): os.mknod(f'{i}', 0)`,
      {},
      { outputPaths: ['**'] },
    ),
    outcome: EXITED,
    files: ['main.py'],
    reason: '3972 more were not given back and are not named here',
  },
  {
    name: 'files that change while they are read',
    request: program('bash', 'head -c 4000000 /dev/zero > changes; echo run', {
      setupScript: 'setsid bash -c "while :; do head -c 9000000 /dev/zero > changes; : > changes; done" &',
      outputPaths: ['changes'],
    }),
    outcome: EXITED,
    stdout: 'run',
  },
];
