import { expect, test } from 'vitest';
import type { ExecutionResult } from '../types.ts';
import type { Attempt } from './attempt.ts';
import { judge, MARK } from './verdict.ts';

const ATTEMPT: Attempt = { name: 'a', subject: 'files', tries: 'tries', program: '' };

const ended = (stdout: string, more: Partial<ExecutionResult> = {}, files: Record<string, string> = {}) => ({
  result: {
    outcome: 'EXITED',
    exitCode: 0,
    message: '',
    missingOutputPaths: [],
    ...more,
  } as unknown as ExecutionResult,
  stdout,
  stderr: 'Traceback\nValueError: no\n',
  files: new Map(Object.entries(files)),
});
const report = (reached: string[], refused: string[]) => `noise\n${JSON.stringify({ reached, refused })}\n`;

test('one effect is enough', () => {
  expect(judge(ATTEMPT, ended(report(['b'], ['a', 'c'])))).toEqual({ verdict: 'SUCCEEDED', message: 'b' });
  expect(judge(ATTEMPT, ended(report([], ['a\nb', 'c'])))).toEqual({ verdict: 'REFUSED', message: 'a b (and 1 more)' });
});

test('what is promised to nobody is no success, and no refusal', () => {
  const limit = { ...ATTEMPT, knownLimit: 'because' };
  expect(judge(limit, ended(report(['b'], [])))).toEqual({ verdict: 'KNOWN_LIMIT', message: 'b; because' });
  expect(judge(limit, ended(report([], ['b']))).verdict).toBe('REFUSED');
});

test.each([
  ['that failed', ended('', { exitCode: 1 }), /exit code 1.*ValueError: no$/],
  ['that was killed', ended(report([], ['a']), { outcome: 'SIGNALED' }), /SIGNALED/],
  ['that ran out of time', ended('', { outcome: 'TIMED_OUT' }), /TIMED_OUT/],
  ['that said nothing', ended(''), /did not come to its end/],
  ['whose report is none', ended('{"reached": 1}\n'), /did not come to its end/],
  ['that tried nothing', ended(report([], [])), /tried nothing/],
])('nothing is known of a program %s', (_, end, why) => {
  const { verdict, message } = judge(ATTEMPT, end);
  expect(verdict).toBe('NOT_JUDGED');
  expect(message).toMatch(why);
});

test('a file that holds anything but the mark was taken from somewhere', () => {
  const attempt = { ...ATTEMPT, outputPaths: ['ours', 'passwd'] };
  const said = report([], []);
  expect(judge(attempt, ended(said, {}, { ours: MARK })).verdict).toBe('REFUSED');
  expect(judge(attempt, ended(said, {}, { ours: MARK, passwd: 'root:x' }))).toMatchObject({
    verdict: 'SUCCEEDED',
    message: 'passwd was given back',
  });
  expect(judge(attempt, ended(said)).verdict).toBe('NOT_JUDGED');
});
