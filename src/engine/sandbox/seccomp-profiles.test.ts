import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SECCOMP } from './seccomp.ts';
import { seccompProfiles } from './seccomp-profiles.ts';
import { STRICT_SECCOMP } from './seccomp-strict.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isol8-seccomp-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What comes of one file. */
async function read(content: string | object, name = 'mine') {
  const path = join(folder, `${name}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return await seccompProfiles(new Map([[name, path]]));
}

const NO_MKDIR = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
};

test('DEFAULT and STRICT are there without any file', async () => {
  const { profiles, problems } = await seccompProfiles(new Map());
  expect(Object.fromEntries(profiles)).toEqual({ DEFAULT: DEFAULT_SECCOMP, STRICT: STRICT_SECCOMP });
  expect(problems).toEqual([]);
});

test('a profile is taken as it stands in its file', async () => {
  const mine = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }],
    syscalls: [
      { names: ['read'], action: 'SCMP_ACT_ALLOW', args: null, comment: '', includes: {}, excludes: { caps: ['X'] } },
      { name: 'clone3', action: 'SCMP_ACT_ERRNO', errnoRet: 38, includes: { minKernel: '4.8' } },
    ],
  };
  const { profiles, problems, warnings } = await read(mine);
  expect(profiles.get('mine')).toEqual(mine);
  expect([...problems, ...warnings]).toEqual([]);
});

test('one that lets through what it does not list is taken with a warning', async () => {
  const { profiles, problems, warnings } = await read(NO_MKDIR);
  expect(profiles.has('mine')).toBe(true);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^seccomp_profiles\.mine: .*SCMP_ACT_ALLOW.*weaker than DEFAULT/)]);
});

test.each<[string | object, RegExp]>([
  ['{', /mine\.json is not JSON/],
  ['[]', /the file: .*object/],
  [{ syscalls: [] }, /defaultAction/],
  [{ defaultAction: 'SCMP_ACT_ALLOW' }, /syscalls/],
  [{ ...NO_MKDIR, defaultAction: 'ALLOW' }, /defaultAction/],
  [{ ...NO_MKDIR, sycalls: [] }, /sycalls/],
  [{ ...NO_MKDIR, listenerPath: '/x' }, /listenerPath/],
  [{ ...NO_MKDIR, flags: ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'] }, /flags/],
  [{ ...NO_MKDIR, syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }] }, /syscalls\.0\.action/],
  [{ ...NO_MKDIR, syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', arguments: [] }] }, /arguments/],
  [{ ...NO_MKDIR, syscalls: [{ names: [], action: 'SCMP_ACT_ERRNO' }] }, /syscalls\.0\.names/],
  [{ ...NO_MKDIR, syscalls: [{ action: 'SCMP_ACT_ERRNO' }] }, /syscalls\.0: must have names/],
])('%j is no profile', async (content, message) => {
  const { profiles, problems } = await read(content);
  expect(profiles.has('mine')).toBe(false);
  expect(problems).toEqual([expect.stringMatching(message)]);
  expect(problems[0]).toMatch(/^seccomp_profiles\.mine: .*Docker takes/);
});

test('a file that is missing, a directory, and a name that is taken are told, each with its place', async () => {
  const files = new Map([
    ['gone', join(folder, 'gone.json')],
    ['folder', folder],
    ['STRICT', join(folder, 'mine.json')],
  ]);
  const { profiles, problems } = await seccompProfiles(files);
  expect(problems).toEqual([
    expect.stringMatching(/^seccomp_profiles\.gone: cannot be read: ENOENT/),
    expect.stringMatching(/^seccomp_profiles\.folder: cannot be read: .* is no file/),
    'seccomp_profiles.STRICT: is a profile of isol8 itself: use another name',
  ]);
  expect(profiles.get('STRICT')).toEqual(STRICT_SECCOMP);
});
