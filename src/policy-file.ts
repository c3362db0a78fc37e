import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import type { OperatorPolicy } from './engine/policy/operator.ts';
import type { Ceilings, Limits, PolicyRequest } from './engine/types.ts';
import { parseBytes } from './lib/bytes.ts';
import { parseDuration } from './lib/duration.ts';
import { known } from './lib/known.ts';

/** Numbers are what they are; text has a unit: `512 MiB`, `2.5s`. */
const bytes = () => z.union([z.number(), z.string()]).transform(parsed(parseBytes, 'bytes, or a size like 512 MiB'));
const duration = () =>
  z.union([z.number(), z.string()]).transform(parsed(parseDuration, 'a duration like 30s or 1.5m'));
const name = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be letters, digits and _.- (64 at most)');

const limits = z
  .strictObject({
    timeout: duration(),
    memory_bytes: bytes(),
    cpu_cores: z.number(),
    processes: z.int(),
    output_bytes: bytes(),
    workspace_bytes: bytes(),
    tmp_bytes: bytes(),
    open_files: z.int(),
  })
  .partial()
  .transform(
    (given): Partial<Limits> =>
      known({
        timeoutMs: given.timeout,
        memoryBytes: given.memory_bytes,
        cpuCores: given.cpu_cores,
        processes: given.processes,
        outputBytes: given.output_bytes,
        workspaceBytes: given.workspace_bytes,
        tmpBytes: given.tmp_bytes,
        openFiles: given.open_files,
      }),
  );

const reuse = z.enum(['NEVER', 'SAME_TENANT']);

const profile = z
  .strictObject({
    limits: limits.default({}),
    on_output_limit: z.enum(['TRUNCATE', 'KILL']).optional(),
    isolation: z.strictObject({ reuse, seccomp: name(), runtime_class: name() }).partial().default({}),
  })
  .transform(({ limits, on_output_limit, isolation }): PolicyRequest => {
    const { reuse, seccomp, runtime_class } = isolation;
    return { limits, ...known({ onOutputLimit: on_output_limit, reuse, seccomp, runtimeClass: runtime_class }) };
  });

const ceilings = z
  .strictObject({
    limits: limits.default({}),
    isolation: z
      .strictObject({ reuse, seccomp: z.array(name()).min(1), runtime_class: z.array(name()).min(1) })
      .partial()
      .default({}),
  })
  .transform(({ limits, isolation }): Ceilings => {
    const { reuse, seccomp, runtime_class } = isolation;
    return { limits, ...known({ reuse, seccomp, runtimeClasses: runtime_class }) };
  });

const file = z.strictObject({
  profiles: z.record(name(), profile).default({}),
  ceilings: ceilings.default({ limits: {} }),
  key: z
    .strictObject({
      profile: name().optional(),
      ceilings: ceilings.default({ limits: {} }),
      max_sessions: z.int().min(0).optional(),
    })
    .optional(),
  seccomp_profiles: z.record(name(), z.string().min(1)).default({}),
  runtime_classes: z.record(name(), z.strictObject({ accept_unenforced: z.array(z.string()).default([]) })).default({}),
});

/**
 * Reads the operator's policy file (YAML, so JSON too). `docs/configuration.md` describes it.
 *
 * @throws ConfigError with a line for everything that is wrong
 */
export function loadPolicyFile(path: string): OperatorPolicy {
  const refuse = (lines: readonly string[]) => {
    throw new ConfigError(lines.map((line) => `ISOL8_POLICY_FILE: ${line}`).join('\n'));
  };
  let given: unknown;
  try {
    given = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return refuse([`${path} cannot be read: ${(error as Error).message.split('\n', 1)[0]}`]);
  }
  const parsed = file.safeParse(given ?? {});
  if (!parsed.success) {
    return refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`));
  }
  const { profiles, ceilings, key, seccomp_profiles, runtime_classes } = parsed.data;
  const directory = dirname(resolve(path));
  return {
    profiles: new Map(Object.entries(profiles)),
    ceilings,
    key: key && { ceilings: key.ceilings, ...known({ profile: key.profile, maxSessions: key.max_sessions }) },
    seccompFiles: new Map(Object.entries(seccomp_profiles).map(([name, file]) => [name, resolve(directory, file)])),
    acceptUnenforced: new Map(Object.entries(runtime_classes).map(([name, one]) => [name, one.accept_unenforced])),
  };
}

function parsed(parse: (text: string) => number | undefined, what: string) {
  return (given: number | string, context: z.RefinementCtx): number => {
    const value = parse(String(given));
    if (value !== undefined) return value;
    context.addIssue(`must be ${what}, not ${JSON.stringify(given)}`);
    return z.NEVER;
  };
}
