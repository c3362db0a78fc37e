import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type GetSessionUsageResponseSchema,
  type ReadSessionOutputResponseSchema,
  type SessionSchema,
  SessionState,
} from '../../../gen/isol8/v1/session_pb.ts';
import type * as engine from '../../engine/types.ts';
import { toDuration } from './duration.ts';
import { toEffectivePolicy } from './policy.ts';

/** Names of the engine on the wire. */
export const sessionStates: Record<engine.SessionState, SessionState> = {
  STARTING: SessionState.STARTING,
  READY: SessionState.READY,
  ENDING: SessionState.ENDING,
  ENDED: SessionState.ENDED,
};

/** Engine to wire. */
export function toSession(session: engine.SessionInfo) {
  return {
    sessionId: session.id,
    runtime: session.runtime,
    state: sessionStates[session.state],
    policy: toEffectivePolicy(session.policy),
    labels: session.labels,
    createTime: timestampFromDate(session.createdAt),
    expireTime: timestampFromDate(session.expiresAt),
    idleTimeout: toDuration(session.idleTimeoutMs),
    lastUsedTime: timestampFromDate(session.lastUsedAt),
    executions: BigInt(session.executions),
    contexts: [...session.contexts],
    policyDigest: session.policyDigest,
    runningExecutions: session.running,
    endReason: session.endReason,
  } satisfies MessageInitShape<typeof SessionSchema>;
}

/** Engine to wire. */
export function toSessionUsage({ memoryBytes, disks, processes }: engine.SessionUsage) {
  return {
    memoryBytes: memoryBytes === undefined ? undefined : BigInt(memoryBytes),
    disks: disks.map(({ path, sizeBytes, usedBytes }) => ({
      path,
      sizeBytes: BigInt(sizeBytes),
      usedBytes: BigInt(usedBytes),
    })),
    processes: processes.map(({ startedAt, cpuMs, memoryBytes, ...same }) => ({
      ...same,
      startTime: timestampFromDate(startedAt),
      cpu: toDuration(cpuMs),
      memoryBytes: BigInt(memoryBytes),
    })),
  } satisfies MessageInitShape<typeof GetSessionUsageResponseSchema>;
}

/** Engine to wire. */
export function toSessionOutput({
  stdout,
  stderr,
  open,
}: {
  readonly stdout: engine.LeftOutput;
  readonly stderr: engine.LeftOutput;
  readonly open: boolean;
}) {
  return {
    stdout: toLeftOutput(stdout),
    stderr: toLeftOutput(stderr),
    open,
  } satisfies MessageInitShape<typeof ReadSessionOutputResponseSchema>;
}

function toLeftOutput({ text, nextOffset, droppedBytes }: engine.LeftOutput) {
  return { text, nextOffset: BigInt(nextOffset), droppedBytes: BigInt(droppedBytes) };
}
