import { showBytes } from '../../lib/bytes.ts';
import type { FieldViolation } from '../errors.ts';
import type { Limits } from '../types.ts';

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
const LIMIT_FIELDS: Readonly<Record<keyof Limits, string>> = {
  timeoutMs: 'timeout',
  memoryBytes: 'memory_bytes',
  cpuCores: 'cpu_cores',
  processes: 'processes',
  outputBytes: 'output_bytes',
  workspaceBytes: 'workspace_bytes',
  tmpBytes: 'tmp_bytes',
  openFiles: 'open_files',
};

const LIMIT_NAMES = Object.keys(LIMIT_FIELDS) as (keyof Limits)[];

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

/** The smaller of each. */
export function leastOf(some: Limits, others: Partial<Limits>): Limits {
  return mapLimits((name) => Math.min(some[name], others[name] ?? some[name]));
}

/**
 * Every limit that is below what can be enforced, or above a ceiling.
 *
 * @param prefix of the fields' names: `policy.limits`
 * @param memoryFloorBytes of the runtime
 */
export function checkLimits(
  limits: Partial<Limits>,
  ceilings: Limits,
  memoryFloorBytes: number,
  prefix: string,
): FieldViolation[] {
  const floors = { ...PLATFORM_FLOORS, memoryBytes: Math.max(PLATFORM_FLOORS.memoryBytes, memoryFloorBytes) };
  return LIMIT_NAMES.flatMap((name): FieldViolation[] => {
    const value = limits[name];
    if (value === undefined) return [];
    const field = `${prefix}.${LIMIT_FIELDS[name]}`;
    const not = `, not ${showLimit(name, value)}`;
    if (!Number.isFinite(value)) return [{ field, description: `must be a finite number${not}` }];
    if (value < floors[name]) {
      const floor = `${showLimit(name, floors[name])}${name === 'memoryBytes' && memoryFloorBytes > 0 ? ' for this runtime' : ''}`;
      const remedy = value === 0 ? '; leave it unset for the default' : '';
      return [{ field, description: `must be at least ${floor}${not}${remedy}` }];
    }
    if (value <= ceilings[name]) return [];
    const description = `is above the ceiling of ${showLimit(name, ceilings[name])}`;
    return [{ field, description, reason: 'POLICY_CEILING_EXCEEDED' }];
  });
}

/** A value for each limit. */
export function mapLimits(value: (name: keyof Limits) => number): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, value(name)])) as unknown as Limits;
}

/** The limit's name on the wire. */
export function wireName(name: keyof Limits): string {
  return LIMIT_FIELDS[name];
}

/** A limit's value, for people. */
export function showLimit(name: keyof Limits, value: number): string {
  if (name === 'timeoutMs') return `${value / 1000} s`;
  return name.endsWith('Bytes') ? showBytes(value) : String(value);
}
