import { expect, test } from 'vitest';
import { EngineError } from '../errors.ts';
import { python } from '../runtimes/python.ts';
import type { ExecutionRequest } from '../types.ts';
import { checkRequest } from './checks.ts';

const good: ExecutionRequest = {
  tenant: 'default',
  runtime: 'python',
  source: { kind: 'code', code: 'pass' },
  arguments: [],
  env: {},
  stdin: new Uint8Array(),
  workingDirectory: '',
  files: [],
  outputPaths: [],
  setupScript: '',
  policy: { limits: {} },
  labels: {},
};

function fieldsOf(change: Partial<ExecutionRequest>): string[] {
  try {
    checkRequest({ ...good, ...change }, python);
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(error.reason).toBe('INVALID_FIELD');
    return error.violations.map(({ field }) => field);
  }
}

const file = (path: string, mode = 0) => ({ path, mode, content: new Uint8Array() });

test.each<[string, Partial<ExecutionRequest>, string[]]>([
  ['nothing wrong', {}, []],
  ['a blank command', { source: { kind: 'command', command: ' \n' } }, ['command']],
  [
    'a command longer than the kernel takes',
    { source: { kind: 'command', command: 'x'.repeat(131_072) } },
    ['command'],
  ],
  ['an argument with a NUL', { arguments: ['ok', 'a\0b'] }, ['arguments[1]']],
  ['arguments that are too long together', { arguments: Array(20).fill('x'.repeat(60_000)) }, ['arguments']],
  ['a variable without a name', { env: { '': 'x' } }, ['env[""]']],
  ['a variable with = in its name', { env: { 'a=b': 'x' } }, ['env["a=b"]']],
  ['a working directory outside', { workingDirectory: '/etc' }, ['working_directory']],
  ['a working directory outside through ..', { workingDirectory: '../../etc' }, ['working_directory']],
  ['the root as working directory', { workingDirectory: '/' }, ['working_directory']],
  ['a working directory with harmless ..', { workingDirectory: 'a/../b' }, []],
  ['a working directory that only begins like ours', { workingDirectory: '/sandboxed' }, ['working_directory']],
  ['a file outside', { files: [file('../x')] }, ['files[0].path']],
  ['a file that is the sandbox itself', { files: [file('.')] }, ['files[0].path']],
  ['a file in place of the code', { files: [file('./main.py')] }, ['files[0].path']],
  ['the same file twice', { files: [file('a'), file('/sandbox/a')] }, ['files[1].path']],
  ['a set-uid file', { files: [file('a', 0o4755)] }, ['files[0].mode']],
  ['a name that is too long', { files: [file('x'.repeat(256))] }, ['files[0].path']],
  ['an output path outside', { outputPaths: ['ok/**', '/etc/passwd'] }, ['output_paths[1]']],
  ['a set-up script with a NUL', { setupScript: 'a\0' }, ['setup_script']],
  ['labels without end', { labels: { a: 'x'.repeat(300) } }, ['labels']],
])('%s', (_name, change, fields) => {
  expect(fieldsOf(change)).toEqual(fields);
});

test('everything that is wrong is told at once', () => {
  expect(fieldsOf({ workingDirectory: '/', env: { '': '' }, files: [file('..')] })).toEqual([
    'env[""]',
    'working_directory',
    'files[0].path',
  ]);
});
