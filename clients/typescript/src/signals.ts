import { refuse } from './convert/value.ts';

/** Signals by number, as Linux has them on x86-64 and arm64: in the sandbox, whatever system this is. */
const SIGNALS =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU ' +
  'XFSZ VTALRM PROF WINCH IO PWR SYS';

const NUMBERS = new Map(SIGNALS.split(' ').map((name, i) => [`SIG${name}`, i + 1]));

/** The number of a signal; a whole number stays what it is. */
export function signalNumber(signal: number | string): number {
  if (typeof signal === 'number' && Number.isInteger(signal)) return signal;
  return (
    NUMBERS.get(signal as string) ??
    refuse('signal', `must be a whole number, or one of ${[...NUMBERS.keys()].join(', ')}`)
  );
}
