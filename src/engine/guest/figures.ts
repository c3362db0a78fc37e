import { EndReason, RunFailureReason, type RunUsage as WireUsage } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { millisecondsOf } from './duration.ts';
import { ProtocolViolation } from './violation.ts';

/** Why a guest says that a run ended. */
export type EndedBy = 'PROGRAM' | 'TIMEOUT' | 'OUTPUT_LIMIT' | 'KILLED' | 'OUT_OF_MEMORY';

/** The guest's words for it. */
export const END_REASONS: Readonly<Record<EndReason, EndedBy | undefined>> = {
  [EndReason.UNSPECIFIED]: undefined,
  [EndReason.PROGRAM]: 'PROGRAM',
  [EndReason.TIMEOUT]: 'TIMEOUT',
  [EndReason.OUTPUT_LIMIT]: 'OUTPUT_LIMIT',
  [EndReason.KILLED]: 'KILLED',
  [EndReason.OUT_OF_MEMORY]: 'OUT_OF_MEMORY',
};

/** Why a program could not be started. */
export type StartFailure =
  | 'PROGRAM_NOT_FOUND'
  | 'BAD_WORKING_DIRECTORY'
  | 'WORKING_DIRECTORY_OUTSIDE'
  | 'ARGUMENTS_TOO_LARGE'
  | 'OTHER';

/** The guest's words for it. */
export const FAILURES: Readonly<Record<RunFailureReason, StartFailure | undefined>> = {
  [RunFailureReason.UNSPECIFIED]: undefined,
  [RunFailureReason.PROGRAM_NOT_FOUND]: 'PROGRAM_NOT_FOUND',
  [RunFailureReason.BAD_WORKING_DIRECTORY]: 'BAD_WORKING_DIRECTORY',
  [RunFailureReason.WORKING_DIRECTORY_OUTSIDE]: 'WORKING_DIRECTORY_OUTSIDE',
  [RunFailureReason.ARGUMENTS_TOO_LARGE]: 'ARGUMENTS_TOO_LARGE',
  [RunFailureReason.OTHER]: 'OTHER',
};

/** What the kernel counted; undefined is what it cannot measure. */
export interface RunUsage {
  readonly cpuUserMs: number | undefined;
  readonly cpuSystemMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly peakProcesses: number | undefined;
  readonly oomKills: number | undefined;
}

/** @throws ProtocolViolation */
export function usageOf(usage: WireUsage | undefined): RunUsage {
  return {
    cpuUserMs: usage?.cpuUser === undefined ? undefined : within(millisecondsOf(usage.cpuUser)),
    cpuSystemMs: usage?.cpuSystem === undefined ? undefined : within(millisecondsOf(usage.cpuSystem)),
    peakMemoryBytes: optional(usage?.peakMemoryBytes),
    peakProcesses: optional(usage?.peakProcesses),
    oomKills: optional(usage?.oomKills),
  };
}

/**
 * The bytes of a stream, which must add up.
 *
 * @throws ProtocolViolation
 */
export function total(stats: { totalBytes: bigint; droppedBytes: bigint } | undefined, sent: number): number {
  const all = within(Number(stats?.totalBytes ?? 0n));
  if (all - within(Number(stats?.droppedBytes ?? 0n)) !== sent)
    throw new ProtocolViolation('counts that do not add up');
  return all;
}

function optional(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : within(Number(value));
}

/**
 * A number that can be.
 *
 * @throws ProtocolViolation
 */
export function within(value: number, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  if (!(value >= least && value <= most)) throw new ProtocolViolation(`a number out of range: ${value}`);
  return value;
}
