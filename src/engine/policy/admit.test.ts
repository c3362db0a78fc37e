import { expect, test } from 'vitest';
import { EngineError, type FieldViolation } from '../errors.ts';
import { codeRequest } from '../test-support.ts';
import type { ExecutionRequest } from '../types.ts';
import { admit } from './admit.ts';
import { platformRules } from './rules.ts';

const good = codeRequest('python', 'pass');
const tooMuch = { policy: { limits: { cpuCores: 99 } } };
const unbuilt: FieldViolation = { field: 'packages', description: 'is not built', reason: 'NOT_IMPLEMENTED' };

function refused(change: Partial<ExecutionRequest>, found: FieldViolation[] = []): EngineError {
  try {
    admit({ ...good, ...change }, platformRules({ cpus: 2, memoryBytes: 2 ** 32 }), found);
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error('was not refused');
}

test('a request that is good has its runtime and its policy', () => {
  const { runtime, policy } = admit(good, platformRules({ cpus: 2, memoryBytes: 2 ** 32 }));
  expect(runtime.name).toBe('python');
  expect(policy.limits.processes).toBe(128);
});

test('floors, ceilings, paths and what was found before are told in one round, each with its reason', () => {
  const limits = { timeoutMs: -1000, memoryBytes: 1, cpuCores: 99, processes: 0 };
  const { reason, violations, message } = refused({ workingDirectory: '/etc', policy: { limits } }, [unbuilt]);
  expect(reason).toBe('INVALID_FIELD');
  expect(violations.map((violation) => [violation.field, violation.reason])).toEqual([
    ['packages', 'NOT_IMPLEMENTED'],
    ['working_directory', 'INVALID_FIELD'],
    ['policy.limits.timeout', 'INVALID_FIELD'],
    ['policy.limits.memory_bytes', 'INVALID_FIELD'],
    ['policy.limits.cpu_cores', 'POLICY_CEILING_EXCEEDED'],
    ['policy.limits.processes', 'INVALID_FIELD'],
  ]);
  for (const { field } of violations) expect(message).toContain(`${field}: `);
});

test.each<[string, Partial<ExecutionRequest>, FieldViolation[]]>([
  ['UNKNOWN_RUNTIME', { runtime: 'cobol', workingDirectory: '/', ...tooMuch }, [unbuilt]],
  ['INVALID_FIELD', { workingDirectory: '/', ...tooMuch }, [unbuilt]],
  ['INVALID_FIELD', { runtime: '' }, []],
  ['POLICY_CEILING_EXCEEDED', tooMuch, [unbuilt]],
  ['NOT_IMPLEMENTED', {}, [unbuilt]],
])('%s goes before what is less', (reason, change, found) => {
  expect(refused(change, found).reason).toBe(reason);
});

test('an unknown runtime is named, for programs too', () => {
  expect(refused({ runtime: 'cobol' })).toMatchObject({
    message: 'runtime: "cobol" is unknown: use one of python, node, bun, deno, bash',
    metadata: { runtime: 'cobol', runtimes: 'python, node, bun, deno, bash' },
  });
});

test('a message that would be too long counts what it leaves out', () => {
  const files = Array.from({ length: 50 }, (_, i) => ({ path: `../${i}`, mode: 0, content: new Uint8Array() }));
  const { message, violations } = refused({ files });
  expect(message.length).toBeLessThanOrEqual(1000);
  expect(violations).toHaveLength(50);
  const left = Number(/\(and (\d+) more\)$/.exec(message)?.[1]);
  expect(message.split('; ')).toHaveLength(50 - left);
});
