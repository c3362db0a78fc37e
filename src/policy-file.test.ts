import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from './config.ts';
import { NO_OPERATOR, operatorProblems } from './engine/policy/operator.ts';
import { platformRules } from './engine/policy/rules.ts';
import { loadPolicyFile } from './policy-file.ts';

const MIB = 1024 * 1024;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isol8-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return loadPolicyFile(path);
}

function problems(text: string): string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.replaceAll(folder, 'FOLDER').split('\n');
  }
}

test('an empty file settles nothing', () => {
  expect(load('')).toEqual(NO_OPERATOR);
  expect(load('# nothing\n')).toEqual(NO_OPERATOR);
});

test('all that a file can say', () => {
  const policy = load(`
profiles:
  tight:
    limits: { timeout: 2.5s, memory_bytes: 64 MiB, cpu_cores: 0.5, processes: 16, output_bytes: 1000, open_files: 64 }
    on_output_limit: KILL
    isolation: { seccomp: STRICT, runtime_class: runsc, reuse: NEVER }
ceilings:
  limits: { timeout: 1m, workspace_bytes: 1 GiB, tmp_bytes: 512 KiB }
  isolation: { reuse: NEVER, seccomp: [STRICT, mine], runtime_class: [runsc] }
key:
  profile: tight
  ceilings: { limits: { timeout: 10s } }
seccomp_profiles: { mine: mine.json, other: /etc/other.json }
runtime_classes:
  runsc: { accept_unenforced: [limits.memory_bytes] }
`);
  expect(policy).toEqual({
    profiles: new Map([
      [
        'tight',
        {
          limits: {
            timeoutMs: 2500,
            memoryBytes: 64 * MIB,
            cpuCores: 0.5,
            processes: 16,
            outputBytes: 1000,
            openFiles: 64,
          },
          onOutputLimit: 'KILL',
          seccomp: 'STRICT',
          runtimeClass: 'runsc',
          reuse: 'NEVER',
        },
      ],
    ]),
    ceilings: {
      limits: { timeoutMs: 60_000, workspaceBytes: 1024 * MIB, tmpBytes: 512 * 1024 },
      reuse: 'NEVER',
      seccomp: ['STRICT', 'mine'],
      runtimeClasses: ['runsc'],
    },
    key: { profile: 'tight', ceilings: { limits: { timeoutMs: 10_000 } } },
    seccompFiles: new Map([
      ['mine', join(folder, 'mine.json')],
      ['other', '/etc/other.json'],
    ]),
    acceptUnenforced: new Map([['runsc', ['limits.memory_bytes']]]),
  });
});

test.each([
  ['profiles: { tight: { limits: { memory: 5 } } }', 'profiles.tight.limits: Unrecognized key: "memory"'],
  [
    'profiles: { tight: { limits: { memory_bytes: 5 GB } } }',
    'profiles.tight.limits.memory_bytes: must be bytes, or a size like 512 MiB, not "5 GB"',
  ],
  ['ceilings: { limits: { timeout: 30 } }', 'ceilings.limits.timeout: must be a duration like 30s or 1.5m, not 30'],
  [
    'ceilings: { isolation: { reuse: ALWAYS } }',
    'ceilings.isolation.reuse: Invalid option: expected one of "NEVER"|"SAME_TENANT"',
  ],
  [
    'ceilings: { isolation: { seccomp: [] } }',
    'ceilings.isolation.seccomp: Too small: expected array to have >=1 items',
  ],
  ['profile: {}', 'the file: Unrecognized key: "profile"'],
  ['- list', 'the file: Invalid input: expected object, received array'],
])('%s', (text, says) => {
  expect(problems(text)).toEqual([`ISOL8_POLICY_FILE: ${says}`]);
});

test('what cannot be read, or is no YAML, is one line', () => {
  expect(problems('a: [')[0]).toMatch(/^ISOL8_POLICY_FILE: FOLDER\/policy.yaml cannot be read: /);
  expect(() => loadPolicyFile(join(folder, 'none.yaml'))).toThrow(
    /^ISOL8_POLICY_FILE: .*none.yaml cannot be read: ENOENT/,
  );
});

test('all that is wrong is told at once, a line each', () => {
  expect(
    problems('profiles: { a: { limits: { cpu_cores: x } } }\nceilings: { limits: { processes: 1.5 } }'),
  ).toHaveLength(2);
});

test('the example of the documentation is one that holds', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  const example = load(/```yaml\n(profiles:[\s\S]*?)```/.exec(page)?.[1] ?? '');
  expect([...example.profiles.keys()]).toEqual(['default', 'tight']);
  const platform = platformRules({ cpus: 2, memoryBytes: 4096 * MIB }, { profiles: example.profiles });
  expect(operatorProblems(platform, example)).toEqual([]);
});
