import { Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program } from '../../support/collect.ts';
import { type HostileCase, python } from './case.ts';

const { EXITED, TIMED_OUT } = Outcome;

/** Programs that mistreat their input and output. */
export const STREAMS: readonly HostileCase[] = [
  {
    name: 'closed standard output and error',
    request: python('os.close(1); os.close(2); time.sleep(0.3); os._exit(7)'),
    outcome: EXITED,
    exitCode: 7,
    stdout: '',
  },
  {
    name: 'endless standard error',
    request: program('bash', 'yes >&2', { policy: { limits: { timeout: { seconds: 2n } } } }),
    outcome: TIMED_OUT,
  },
  {
    name: '10 MB of input that nobody reads',
    request: python('print("done")', {}, { stdin: new Uint8Array(10_000_000) }),
    outcome: EXITED,
    stdout: 'done',
  },
  {
    name: '10 MB of input for a program that closes it and stays',
    request: python('os.close(0); time.sleep(0.5); print("done")', {}, { stdin: new Uint8Array(10_000_000) }),
    outcome: EXITED,
    stdout: 'done',
  },
  {
    name: 'input read on after its end',
    request: python(
      'print(len(sys.stdin.buffer.read()), os.read(0, 1), os.read(0, 1))',
      {},
      { stdin: new Uint8Array(100_000) },
    ),
    outcome: EXITED,
    stdout: "100000 b'' b''",
  },
  {
    name: 'a heir of the output that goes on writing',
    request: program('bash', 'yes & yes >&2 & echo first; exit 5'),
    outcome: EXITED,
    exitCode: 5,
  },
  {
    name: 'an output that is made a full, blocking pipe of its own',
    request: python('import fcntl\nfcntl.fcntl(1, 1031, 4096)\nos.write(1, b"x" * 200000)\nprint()'),
    outcome: EXITED,
    stdout: 'x'.repeat(200_000),
  },
];
