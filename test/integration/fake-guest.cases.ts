import type { ExecutionRequest, ExecutionResult, Outcome } from '../../src/engine/types.ts';

/** One way to break the protocol (test/fake-guest), and what the host must make of it. */
export interface FakeCase {
  /** In the words of the fake guest. */
  readonly name: string;
  /** The outcome, or the error where nothing was started. */
  readonly ends: Outcome | 'SANDBOX_START_FAILED';
  /** What the log says of the cause; where it is left out, nothing is lost. */
  readonly why?: RegExp;
  readonly request?: Partial<ExecutionRequest>;
  /** The caller reads nothing from when the program runs until it is over. */
  readonly stalled?: boolean;
  /** The caller cancels so long after the program started. */
  readonly cancelAfterMs?: number;
  /** It waits for a limit of the host and sends nothing: what memory grows by meanwhile is its neighbours' doing. */
  readonly quiet?: boolean;
  readonly check?: (result: ExecutionResult) => void;
}

const MIB = 1024 * 1024;

/** Before the sandbox is ready. Each is tried twice. */
const start: FakeCase[] = [
  { name: 'silence', why: /no answer in 20000 ms/ },
  { name: 'exits at once', why: /the link (is closed|broke)/ },
  { name: 'endless stderr', why: /more than 1048576 bytes on standard error/ },
  { name: 'garbage before HTTP/2', why: /HTTP\/2/ },
  { name: 'speaks HTTP/1.1', why: /HTTP\/2/ },
  { name: 'another digest', why: /a guest with another digest/ },
  { name: 'another protocol version', why: /a guest of protocol version 7/ },
  { name: 'two greetings', why: /two answers to one question/ },
  { name: 'greets with a status', why: /9: sorry/ },
  { name: 'a greeting of 100 KiB', why: /a guest of protocol version 0/ },
].map((one) => ({ ...one, ends: 'SANDBOX_START_FAILED', quiet: one.name === 'silence' }));

/** In the middle of a run. */
const run: FakeCase[] = [
  { name: 'never starts', why: /was not started in time/ },
  { name: 'endless stderr in a run', why: /more than 1048576 bytes on standard error/ },
  { name: 'exits in a run', why: /./ },
  { name: 'exits in a message', why: /./ },
  { name: 'headers of 1 MiB', why: /HTTP\/2/ },
  { name: 'endless CONTINUATION', why: /HTTP\/2/ },
  { name: 'endless empty CONTINUATION', why: /HTTP\/2/ },
  { name: '1000 header fields', why: /HTTP\/2/ },
  { name: 'a header bomb', why: /HTTP\/2/ },
  { name: 'endless trailers', why: /HTTP\/2|bytes for/ },
  { name: 'endless informational answers', why: /an answer before the answer/ },
  { name: 'PUSH_PROMISE', why: /HTTP\/2/ },
  { name: 'SETTINGS flood', why: /HTTP\/2|bytes for/ },
  { name: 'large SETTINGS flood', why: /HTTP\/2|bytes for/ },
  { name: 'PING flood', why: /HTTP\/2|bytes for/ },
  { name: 'PING answers flood', why: /HTTP\/2|bytes for/ },
  { name: 'WINDOW_UPDATE flood', why: /HTTP\/2|bytes for/ },
  { name: 'too large a window', why: /HTTP\/2/ },
  { name: 'RST_STREAM flood', why: /HTTP\/2|bytes for/ },
  { name: 'resets the run', why: /./ },
  { name: 'DATA on a stream that was never opened', why: /HTTP\/2/ },
  { name: 'DATA on a stream that is over', why: /HTTP\/2|bytes for/ },
  { name: 'endless empty DATA', why: /HTTP\/2|bytes for/ },
  { name: 'endless padding', why: /HTTP\/2|bytes for/ },
  { name: 'endless PRIORITY', why: /HTTP\/2|bytes for/ },
  { name: 'frames of an unknown type', why: /HTTP\/2|bytes for/ },
  { name: 'endless ALTSVC', why: /another service/ },
  { name: 'a frame of 16 MiB', why: /HTTP\/2/ },
  { name: 'GOAWAY', why: /goodbye/ },
  { name: 'GOAWAY with 16 KiB of reasons, for ever', why: /goodbye/ },
  { name: 'a message that claims 4 GiB', why: /a message of 4294967295 bytes/ },
  { name: 'a message of 129 KiB', why: /a message of 132096 bytes/ },
  { name: 'a compressed message', why: /a compressed message/ },
  { name: 'garbage for a message', why: /cannot be decoded/ },
  { name: '128 Ki nested groups', why: /cannot be decoded/ },
  { name: 'a message that says nothing', why: /nothing in a run that is started|says nothing/ },
  { name: 'a message that is cut short', why: /cut short/ },
  { name: 'no status', why: /without a status/ },
  { name: 'a status that is an error', why: /13/ },
  { name: 'an answer without messages', why: /a run without an end/ },
  { name: 'HTTP status 500', why: /without a status/ },
  { name: 'outputs of nothing', why: /: 0 bytes of output|^0 bytes of output/ },
  { name: 'an output of 65 KiB', why: /66560 bytes of output/ },
  { name: 'two starts', why: /started in a run that is started/ },
  { name: 'output before the start', why: /output in a run that is new/ },
  { name: 'two ends', why: /after the end/ },
  { name: 'output after the end', why: /after the end/ },
  { name: 'exit code 99999', why: /out of range: 99999/ },
  { name: 'signal 0', why: /out of range: 0/ },
  { name: 'no exit code', why: /without a status/ },
  { name: 'counts that do not add up', why: /do not add up/ },
  { name: 'a negative run time', why: /out of range: -5000/ },
  { name: 'killed unasked', why: /nobody asked/ },
  { name: 'a time limit before its time', why: /before its time/ },
  { name: 'an output limit that is not reached', why: /output limit/ },
].map((one) => ({ ...one, ends: 'SANDBOX_LOST', quiet: one.name === 'never starts' }));

const small = { policy: { limits: { outputBytes: 64 * 1024 } } };
const again = { policy: { limits: {}, reuse: 'SAME_TENANT' as const } };
const withFile = { files: [{ path: 'a', content: Buffer.from('x'), mode: 0 }] };
const large = { policy: { limits: { outputBytes: 1024 * MIB } } };
const unread = { stalled: true, request: { policy: { limits: { ...large.policy.limits, timeoutMs: 3000 } } } };

/** Those that need a caller of their own. */
const others: FakeCase[] = [
  { name: 'a run time of a century', ends: 'EXITED', check: hasSaneTimes },
  { name: '1-byte outputs beyond the cap', ends: 'SANDBOX_LOST', why: /bytes of output/, request: small },
  { name: '64 KiB outputs beyond the cap', ends: 'SANDBOX_LOST', why: /bytes of output/, request: small },
  { name: '1-byte outputs, unread', ends: 'TIMED_OUT', ...unread },
  { name: '64 KiB outputs, unread', ends: 'TIMED_OUT', ...unread },
  { name: 'text and data in turns, unread', ends: 'TIMED_OUT', ...unread },
  { name: 'outputs after the kill', ends: 'CANCELLED', ...unread, cancelAfterMs: 500 },
  { name: 'ignores flow control', ends: 'SANDBOX_LOST', why: /HTTP\/2/, stalled: true, request: large },
  { name: 'silence after the start', ends: 'TIMED_OUT', request: { policy: { limits: { timeoutMs: 1000 } } } },
  { name: 'silence after the end', ends: 'EXITED', quiet: true },
  { name: 'kills, and does not end the run', ends: 'CANCELLED', cancelAfterMs: 100 },
  { name: 'does not answer Kill', ends: 'CANCELLED', cancelAfterMs: 100 },
  { name: 'refuses Kill', ends: 'CANCELLED', cancelAfterMs: 100 },
  { name: 'takes no further call than the run', ends: 'CANCELLED', cancelAfterMs: 100 },
  { name: 'runs hot unasked', ends: 'SANDBOX_LOST', why: /in what it was not to run in/ },
  { name: 'silence at the boot', ends: 'SANDBOX_START_FAILED', why: /no answer in 10000 ms/, request: again },
  { name: 'two answers to the boot', ends: 'SANDBOX_START_FAILED', why: /two answers to one/, request: again },
  { name: 'a survey of 100 KiB', ends: 'EXITED', request: again },
  { name: 'an endless failure to boot', ends: 'EXITED', request: again },
  { name: 'silence while files are written', ends: 'CANCELLED', cancelAfterMs: 100, request: withFile },
  { name: 'a failure to write that lies', ends: 'SETUP_FAILED', check: hasShortMessage, request: withFile },
];

/** When the run has ended well, and its files are asked for. */
const files: FakeCase[] = [
  'silence while files are read',
  'a file outside',
  'a file at an absolute path',
  'a file that was not asked for',
  'more content than the file has',
  'less content than the file has',
  'a file of a negative size',
  'a file larger than all files',
  'the same file again and again',
  'a file in pieces of 1 byte',
  'endless failures',
  'failures of unknown reasons with paths of 100 KiB',
].map((name) => ({
  name,
  ends: 'EXITED',
  request: { outputPaths: ['out.txt'] },
  check: missesFile,
  quiet: name.startsWith('silence'),
}));

/** All of them, the longest first. */
export const FAKE_CASES: readonly FakeCase[] = [...start, ...files, ...others, ...run];

function hasSaneTimes({ timings }: ExecutionResult): void {
  if ((timings.runMs ?? 0) > timings.totalMs) throw new Error(`it ran for ${timings.runMs} ms of ${timings.totalMs}`);
}

function hasShortMessage({ message }: ExecutionResult): void {
  if (message.length > 5000) throw new Error(`a message of ${message.length} characters`);
}

function missesFile({ missingOutputPaths }: ExecutionResult): void {
  if (!missingOutputPaths.some(({ path }) => path === 'out.txt')) throw new Error('out.txt is not reported as missing');
}
