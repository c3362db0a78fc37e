import type { InspectResponse, Left, ReadLeftResponse } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import type { LeftOutput, SessionUsage } from '../types.ts';
import { millisecondsOf } from './duration.ts';
import { LINK_LIMITS } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

/** The most processes that a guest tells of. */
const MAX_PROCESSES = 1000;

/**
 * What a sandbox holds, as its guest tells it.
 *
 * @throws ProtocolViolation
 */
export function readInspection({ memoryBytes, disks, processes }: InspectResponse): SessionUsage {
  if (processes.length > MAX_PROCESSES || disks.length > 16) throw new ProtocolViolation('more than there can be');
  const now = Date.now();
  return {
    memoryBytes: memoryBytes === undefined ? undefined : Number(memoryBytes),
    disks: disks.map(({ path, sizeBytes, usedBytes }) => ({
      path: path.slice(0, LINK_LIMITS.textLength),
      sizeBytes: Number(sizeBytes),
      usedBytes: Number(usedBytes),
    })),
    processes: processes.map((one) => ({
      pid: one.pid,
      parentPid: one.parentPid,
      // A run is a phase of an execution.
      executionId: one.runId.split('/', 1)[0]?.slice(0, 64) ?? '',
      context: one.context.slice(0, 64),
      command: one.command.slice(0, LINK_LIMITS.textLength),
      startedAt: new Date(now - (one.age === undefined ? 0 : Math.min(now, millisecondsOf(one.age)))),
      cpuMs: one.cpu === undefined ? 0 : millisecondsOf(one.cpu),
      memoryBytes: Number(one.memoryBytes),
      threads: one.threads,
    })),
  };
}

/** What one stream of processes left behind has from an offset on. */
function readStretch(left: Left | undefined, offset: number): LeftOutput {
  const data = left?.data ?? new Uint8Array();
  const begins = Number(left?.offset ?? 0n);
  if (data.length > LINK_LIMITS.chunkBytes || (data.length > 0 && begins < offset)) {
    throw new ProtocolViolation('output that was not asked for');
  }
  return {
    text: Buffer.from(data).toString('utf8'),
    nextOffset: Math.max(offset, begins + data.length),
    droppedBytes: Math.max(0, begins - offset),
  };
}

/**
 * What a run left behind has written; undefined when its guest does not know the run.
 *
 * @throws ProtocolViolation
 */
export function readLeft(answer: ReadLeftResponse, offsets: { readonly stdout: number; readonly stderr: number }) {
  if (!answer.known) return undefined;
  return {
    stdout: readStretch(answer.stdout, offsets.stdout),
    stderr: readStretch(answer.stderr, offsets.stderr),
    open: answer.open,
  };
}
