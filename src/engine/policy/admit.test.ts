import { describe, expect, test } from 'vitest';
import { EngineError, type FieldViolation } from '../errors.ts';
import { codeRequest } from '../test-support.ts';
import type { ExecutionRequest } from '../types.ts';
import { admit } from './admit.ts';
import { platformRules } from './rules.ts';

const good = codeRequest('python', 'pass');
const file = (path: string) => ({ path, mode: 0, content: new Uint8Array() });
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

describe('secrets', () => {
  const TOKEN = 'correct-horse-battery-staple';
  const secrets = { TOKEN };

  test('are in no part of a refusal, whatever it quotes and wherever that is cut', () => {
    const long = `${'a'.repeat(55)}${TOKEN}`;
    const error = refused({
      secrets,
      runtime: long,
      env: { [`${long}=`]: TOKEN },
      workingDirectory: `/etc/${TOKEN}`,
      files: [file(`../${TOKEN}`), file(`../${'a'.repeat(180)}${TOKEN}`)],
      outputPaths: [`/etc/${TOKEN}`],
    });
    const said = JSON.stringify([error.message, error.violations, error.metadata]);
    expect(error.violations.map(({ field }) => field)).toEqual([
      'runtime',
      `env["${'a'.repeat(55)}***"]`,
      'working_directory',
      'files[0].path',
      'files[1].path',
      'output_paths[0]',
    ]);
    for (let length = 4; length <= TOKEN.length; length++) expect(said).not.toContain(TOKEN.slice(0, length));
  });

  test.each([
    ['as many of them', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`S${i}`, `${TOKEN}-${i}`]))],
    ['as long ones', { TOKEN: 'x'.repeat(8193) }],
  ])('%s as cannot be masked are refused alone', (_, tooMany) => {
    const { violations, message } = refused({ secrets: tooMany, workingDirectory: '/etc' });
    expect(violations).toMatchObject([{ field: 'secrets', reason: 'INVALID_FIELD' }]);
    expect(message).toContain('may be 64 of 8 KiB together');
  });

  test('that are too short are refused with what to do, and not quoted', () => {
    const { message } = refused({ secrets: { PIN: '0371' } });
    expect(message).toMatch(/^secrets\["PIN"\]: is shorter than 8 bytes.*use a longer one, or send it in env/);
    expect(message).not.toContain('0371');
  });
});
