import { createHash } from 'node:crypto';
import { showBytes } from '../../lib/bytes.ts';
import { type FieldViolation, refusal } from '../errors.ts';
import type { EffectivePolicy, Limits, PolicyRequest } from '../types.ts';

const MIB = 1024 * 1024;

/** What holds for what a caller leaves unset. */
export const DEFAULT_LIMITS: Limits = {
  timeoutMs: 30_000,
  memoryBytes: 512 * MIB,
  cpuCores: 1,
  processes: 128,
  outputBytes: MIB,
  workspaceBytes: 256 * MIB,
  tmpBytes: 128 * MIB,
  openFiles: 1024,
};

/** The most of each limit that isol8 gives at all. */
const PLATFORM_CEILINGS: Limits = {
  timeoutMs: 24 * 3_600_000,
  memoryBytes: 1024 * 1024 * MIB,
  cpuCores: 1024,
  processes: 32_768,
  outputBytes: 16 * 1024 * MIB,
  workspaceBytes: 1024 * 1024 * MIB,
  tmpBytes: 1024 * 1024 * MIB,
  openFiles: 65_536,
};

/** The least of each limit that can be enforced as it is asked for. */
const PLATFORM_FLOORS: Limits = {
  timeoutMs: 1,
  memoryBytes: 4 * MIB,
  cpuCores: 0.01,
  processes: 1,
  outputBytes: 1,
  workspaceBytes: 4096,
  tmpBytes: 4096,
  openFiles: 16,
};

/** How a caller writes each limit. */
const FIELDS: Readonly<Record<keyof Limits, string>> = {
  timeoutMs: 'timeout',
  memoryBytes: 'memory_bytes',
  cpuCores: 'cpu_cores',
  processes: 'processes',
  outputBytes: 'output_bytes',
  workspaceBytes: 'workspace_bytes',
  tmpBytes: 'tmp_bytes',
  openFiles: 'open_files',
};

const LIMIT_NAMES = Object.keys(FIELDS) as (keyof Limits)[];

/** What this host has: no sandbox can be given more. */
export interface HostCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** The most of each limit on a host. */
export function ceilingsOf(host: HostCapacity): Limits {
  return {
    ...PLATFORM_CEILINGS,
    cpuCores: Math.min(PLATFORM_CEILINGS.cpuCores, host.cpus),
    memoryBytes: Math.min(PLATFORM_CEILINGS.memoryBytes, host.memoryBytes),
    workspaceBytes: Math.min(PLATFORM_CEILINGS.workspaceBytes, host.memoryBytes),
    tmpBytes: Math.min(PLATFORM_CEILINGS.tmpBytes, host.memoryBytes),
  };
}

/** The defaults, cut to what a host has. */
export function defaultsOn(ceilings: Limits): Limits {
  return mapLimits((name) => Math.min(DEFAULT_LIMITS[name], ceilings[name]));
}

/**
 * Every limit that is below what can be enforced, or above a ceiling.
 *
 * @param memoryFloorBytes of the runtime
 */
export function checkLimits(request: PolicyRequest, ceilings: Limits, memoryFloorBytes: number): FieldViolation[] {
  const floors = { ...PLATFORM_FLOORS, memoryBytes: Math.max(PLATFORM_FLOORS.memoryBytes, memoryFloorBytes) };
  return LIMIT_NAMES.flatMap((name): FieldViolation[] => {
    const value = request.limits[name];
    if (value === undefined) return [];
    const field = `policy.limits.${FIELDS[name]}`;
    const not = `, not ${show(name, value)}`;
    if (!Number.isFinite(value)) return [{ field, description: `must be a finite number${not}` }];
    if (value < floors[name]) {
      const floor = `${show(name, floors[name])}${name === 'memoryBytes' && memoryFloorBytes > 0 ? ' for this runtime' : ''}`;
      return [
        {
          field,
          description: `must be at least ${floor}${not}${value === 0 ? '; leave it unset for the default' : ''}`,
        },
      ];
    }
    if (value <= ceilings[name]) return [];
    const description = `is above the ceiling of ${show(name, ceilings[name])}`;
    return [{ field, description, reason: 'POLICY_CEILING_EXCEEDED' }];
  });
}

/**
 * What holds for one execution: what was asked for, else the defaults.
 *
 * @param memoryFloorBytes of the runtime
 * @throws EngineError INVALID_FIELD or POLICY_CEILING_EXCEEDED with every limit that is wrong
 */
export function resolvePolicy(request: PolicyRequest, ceilings: Limits, memoryFloorBytes: number): EffectivePolicy {
  const wrong = checkLimits(request, ceilings, memoryFloorBytes);
  if (wrong.length > 0) throw refusal(wrong);
  const defaults = defaultsOn(ceilings);
  return {
    limits: mapLimits((name) => request.limits[name] ?? defaults[name]),
    onOutputLimit: request.onOutputLimit ?? 'TRUNCATE',
    network: 'NONE',
    seccomp: 'DEFAULT',
    reuse: request.reuse ?? 'NEVER',
    writableRoot: false,
  };
}

/** SHA-256 of a policy, lower-case hex: the same for the same policy on every server. */
export function policyDigest(policy: EffectivePolicy): string {
  const ordered = { ...policy, limits: mapLimits((name) => policy.limits[name]) };
  return createHash('sha256')
    .update(JSON.stringify(ordered, Object.keys({ ...ordered, ...ordered.limits }).sort()))
    .digest('hex');
}

function show(name: keyof Limits, value: number): string {
  if (name === 'timeoutMs') return `${value / 1000} s`;
  return name.endsWith('Bytes') ? showBytes(value) : String(value);
}

function mapLimits(value: (name: keyof Limits) => number): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, value(name)])) as unknown as Limits;
}
