import { expect, test } from 'vitest';
import type { EndedBy } from '../guest/figures.ts';
import type { RunEnd } from '../guest/run.ts';
import { outcomeOf, type RunFacts } from './outcome.ts';

function end(by: EndedBy, signal?: number): RunEnd {
  const counts = { stdoutBytes: 0, stderrBytes: 0, runMs: 1 };
  const usage = { cpuUserMs: 1, cpuSystemMs: 1, peakMemoryBytes: 1, peakProcesses: 1, oomKills: 0 };
  return { by, exitCode: signal === undefined ? 0 : undefined, signal, ...counts, usage };
}

test.each<[string, Partial<RunFacts>, string]>([
  ['an exit', { end: end('PROGRAM') }, 'EXITED'],
  ['a signal', { end: end('PROGRAM', 11) }, 'SIGNALED'],
  ['the guest’s time limit', { end: end('TIMEOUT', 9) }, 'TIMED_OUT'],
  ['the output limit', { end: end('OUTPUT_LIMIT', 9) }, 'OUTPUT_LIMIT_EXCEEDED'],
  ['memory', { end: end('OUT_OF_MEMORY', 9) }, 'OUT_OF_MEMORY'],
  ['a cancel', { end: end('KILLED', 9), endedByHost: 'CANCELLED' }, 'CANCELLED'],
  ['the host’s time limit', { end: end('KILLED', 9), endedByHost: 'TIMED_OUT' }, 'TIMED_OUT'],
  ['a program that ended before the cancel reached it', { end: end('PROGRAM'), endedByHost: 'CANCELLED' }, 'EXITED'],
  ['a time limit just before a cancel', { end: end('TIMEOUT', 9), endedByHost: 'CANCELLED' }, 'TIMED_OUT'],
  ['a kill that nobody asked for', { end: end('KILLED', 9) }, 'SANDBOX_LOST'],
  ['a lost guest', {}, 'SANDBOX_LOST'],
  ['a guest lost to memory', { oom: true }, 'OUT_OF_MEMORY'],
  ['a guest lost after a cancel', { endedByHost: 'CANCELLED', oom: true }, 'CANCELLED'],
  ['a guest lost after the time limit', { endedByHost: 'TIMED_OUT' }, 'TIMED_OUT'],
])('%s', (_name, facts, outcome) => {
  expect(outcomeOf({ end: undefined, endedByHost: undefined, oom: false, ...facts })).toBe(outcome);
});
