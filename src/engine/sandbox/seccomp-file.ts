import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { SeccompProfile } from './seccomp.ts';

/** The largest file that is read; Docker's own profile has 15 KiB. */
const MAX_FILE_BYTES = 1024 * 1024;

// Not SCMP_ACT_NOTIFY: it hands calls to a process of the host that isol8 knows nothing of.
const action = z.enum([
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_LOG',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_TRAP',
]);

const op = z.enum([
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_LE',
  'SCMP_CMP_LT',
  'SCMP_CMP_MASKED_EQ',
  'SCMP_CMP_NE',
]);

const architecture = z.string().regex(/^SCMP_ARCH_[A-Z0-9_]+$/, 'must be like SCMP_ARCH_X86_64');
const errno = z.int().min(0).max(4095);
const value = z.number().min(0);
const names = z.array(z.string().min(1));
const filter = z.strictObject({ arches: names, caps: names, minKernel: z.string() }).partial();

const rule = z
  .strictObject({
    names: names.min(1).optional(),
    name: z.string().min(1).optional(),
    action,
    errnoRet: errno.nullish(),
    args: z.array(z.strictObject({ index: z.int().min(0).max(5), value, valueTwo: value.optional(), op })).nullish(),
    comment: z.string().optional(),
    includes: filter.optional(),
    excludes: filter.optional(),
  })
  .refine(({ name, names }) => (name === undefined) !== (names === undefined), 'must have names');

/**
 * What Docker reads of a profile, each part checked. It drops what it does not know without a word, and a misspelt rule is
 * one that is not there: so that is refused here. `flags` too, which older versions drop.
 */
const profile = z.strictObject({
  defaultAction: action,
  defaultErrnoRet: errno.nullish(),
  architectures: z.array(architecture).nullish(),
  archMap: z.array(z.strictObject({ architecture, subArchitectures: z.array(architecture).nullish() })).nullish(),
  syscalls: z.array(rule),
});

/**
 * Reads a profile in Docker's form.
 *
 * @returns the profile as the file has it; or what is wrong, with the remedy, to follow the name
 */
export async function readSeccompFile(path: string): Promise<SeccompProfile | string> {
  let given: unknown;
  try {
    given = JSON.parse(await readText(path));
  } catch (error) {
    const { message } = error as Error;
    const how = error instanceof SyntaxError ? `${path} is not JSON (${message})` : `cannot be read: ${message}`;
    return `${how}: it must be a seccomp profile in the form that Docker takes`;
  }
  const { success, error } = profile.safeParse(given);
  // As it stands in the file: what is checked is what runs.
  if (success) return given as SeccompProfile;
  const [first] = error.issues;
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  const place = first?.path.join('.') || 'the file';
  return `${path} is no seccomp profile in the form that Docker takes: ${place}: ${first?.message}${more}`;
}

async function readText(path: string): Promise<string> {
  // Without waiting for a writer, should it be a FIFO.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error(`${path} is no file`);
  if (stat.size > MAX_FILE_BYTES) throw new Error(`${path} is larger than 1 MiB`);
  return await file.readFile('utf8');
}
