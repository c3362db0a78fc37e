import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, resolvePolicy } from '../policy/resolve.ts';
import { bash } from '../runtimes/bash.ts';
import { node } from '../runtimes/node.ts';
import { python } from '../runtimes/python.ts';
import type { ExecutionRequest } from '../types.ts';
import { coldReason } from './cold-reason.ts';

const usual = resolvePolicy({ limits: {} }, DEFAULT_LIMITS, 0);
const small = resolvePolicy({ limits: { memoryBytes: 2 ** 28 } }, DEFAULT_LIMITS, 0);

function request(more: Partial<ExecutionRequest>): ExecutionRequest {
  return {
    tenant: '',
    runtime: '',
    source: { kind: 'code', code: '' },
    arguments: [],
    env: {},
    stdin: new Uint8Array(),
    workingDirectory: '',
    files: [],
    outputPaths: [],
    setupScript: '',
    policy: { limits: {} },
    labels: {},
    ...more,
  };
}

function file(path: string) {
  return { path, content: new Uint8Array(), mode: 0 };
}

test.each<[Partial<ExecutionRequest>, string | undefined]>([
  [{}, undefined],
  [{ env: { FOO: '1', API_KEY: '2' }, arguments: ['x'], stdin: new Uint8Array(3) }, undefined],
  [{ files: [file('data.csv'), file('pkg/__init__.py')], workingDirectory: '/sandbox/' }, undefined],
  [{ source: { kind: 'command', command: 'ls' } }, 'command'],
  [{ setupScript: 'pip install x' }, 'setup_script'],
  [{ workingDirectory: 'sub' }, 'working_directory'],
  [{ env: { A: '1', PYTHONHASHSEED: '0' } }, 'env.PYTHONHASHSEED'],
  [{ env: { TZ: 'UTC' } }, 'env.TZ'],
  [{ env: { TZZ: 'UTC' } }, undefined],
  [{ env: { LD_PRELOAD: 'x' } }, 'env.LD_PRELOAD'],
  [{ files: [file('a'), file('/sandbox/./.local/lib/python3.11/site-packages/x.pth')] }, 'files[1]'],
])('python %o', (more, reason) => {
  expect(coldReason(request(more), python, usual, usual)).toBe(reason);
  expect(coldReason(request(more), bash, small, usual)).toBeUndefined();
});

test('an interpreter that sized itself is not used with other sizes', () => {
  expect(coldReason(request({}), node, small, usual)).toBe('policy.limits.memory_bytes');
  expect(coldReason(request({}), python, small, usual)).toBeUndefined();
  expect(coldReason(request({ env: { NODE_OPTIONS: '' } }), node, usual, usual)).toBe('env.NODE_OPTIONS');
});
