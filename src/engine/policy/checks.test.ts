import { expect, test } from 'vitest';
import { python } from '../runtimes/python.ts';
import { codeRequest } from '../test-support.ts';
import type { ExecutionRequest } from '../types.ts';
import { checkRequest } from './checks.ts';

const good = codeRequest('python', 'pass');

const fieldsOf = (change: Partial<ExecutionRequest>) =>
  checkRequest({ ...good, ...change }, python).map(({ field }) => field);

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
  ['a secret', { secrets: { TOKEN: '12345678' } }, []],
  ['a secret without a name', { secrets: { '': '12345678' } }, ['secrets[""]']],
  ['a secret with a NUL', { secrets: { TOKEN: '1234\x005678' } }, ['secrets["TOKEN"]']],
  ['a secret that is a variable too', { env: { TOKEN: 'x' }, secrets: { TOKEN: '12345678' } }, ['secrets["TOKEN"]']],
  ['a secret that is too short', { secrets: { TOKEN: '1234567' } }, ['secrets["TOKEN"]']],
  ['a secret that is too short but for blanks', { secrets: { TOKEN: '  1234567 \n' } }, ['secrets["TOKEN"]']],
  ['a working directory outside', { workingDirectory: '/etc' }, ['working_directory']],
  ['a working directory outside through ..', { workingDirectory: '../../etc' }, ['working_directory']],
  ['the root as working directory', { workingDirectory: '/' }, ['working_directory']],
  ['a working directory with harmless ..', { workingDirectory: 'a/../b' }, []],
  ['a working directory that only begins like ours', { workingDirectory: '/sandboxed' }, ['working_directory']],
  ['a file outside', { files: [file('../x')] }, ['files[0].path']],
  ['a file that is the sandbox itself', { files: [file('.')] }, ['files[0].path']],
  ['a file in place of the code', { files: [file('./main.py')] }, ['files[0].path']],
  ['the same file twice', { files: [file('a'), file('/sandbox/a')] }, ['files[1].path']],
  ['a file below a file', { files: [file('a'), file('ab'), file('a/b/c')] }, ['files[2].path']],
  ['a file where another needs a directory', { files: [file('a/b'), file('./a')] }, ['files[0].path']],
  ['a file below the code', { files: [file('main.py/x')] }, ['files[0].path']],
  ['files beside each other', { files: [file('a'), file('a.b'), file('a-/b'), file('b/a'), file('b/c')] }, []],
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

test('a file below a file says which', () => {
  expect(checkRequest({ ...good, files: [file('a'), file('a/b')] }, python)).toEqual([
    { field: 'files[1].path', description: 'is below files[0].path, which is a file' },
  ]);
});

test('thousands of deep paths do not multiply', () => {
  const files = Array.from({ length: 4000 }, (_, i) => file(`${'a/'.repeat(2000)}${i}`));
  expect(checkRequest({ ...good, files }, python)).toEqual([]);
});
