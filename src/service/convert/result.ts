import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type ExecuteResponseSchema,
  InterpreterStart,
  SandboxOrigin,
  UsageScope,
} from '../../../gen/isol8/v1/execution_pb.ts';
import type { ExecutionResult, StreamStats, Timings } from '../../engine/types.ts';
import { toDuration, toOptionalDuration } from './duration.ts';
import { interpreterStarts, outcomes, phases, sandboxOrigins } from './enums.ts';
import { toEffectivePolicy } from './policy.ts';

/** What `finished` and the answer of Execute have in common: everything but output and files. */
export function toExecuteResponse(result: ExecutionResult) {
  return {
    executionId: result.executionId,
    sessionId: result.sessionId,
    outcome: outcomes[result.outcome],
    exitCode: result.exitCode,
    signal: result.signal,
    phase: phases[result.phase],
    message: result.message,
    stdoutStats: toStats(result.stdoutStats),
    stderrStats: toStats(result.stderrStats),
    missingOutputPaths: result.missingOutputPaths.map(({ path, reason }) => ({ path, reason })),
    usage: toUsage(result),
    timings: toTimings(result.timings),
    effectivePolicy: toEffectivePolicy(result.effectivePolicy),
    policyDigest: result.policyDigest,
    error: result.error && { ...result.error, frames: result.error.frames.map((frame) => ({ ...frame })) },
    contextEnded: result.contextEnded ?? false,
    droppedDisplays: result.droppedDisplays ?? 0,
  } satisfies MessageInitShape<typeof ExecuteResponseSchema>;
}

/** Engine to wire. */
function toStats({ totalBytes, droppedBytes, truncated }: StreamStats) {
  return { totalBytes: BigInt(totalBytes), droppedBytes: BigInt(droppedBytes), truncated };
}

function toUsage({ usage, sessionId }: ExecutionResult) {
  return {
    cpuUser: toOptionalDuration(usage.cpuUserMs),
    cpuSystem: toOptionalDuration(usage.cpuSystemMs),
    peakMemoryBytes: usage.peakMemoryBytes === undefined ? undefined : BigInt(usage.peakMemoryBytes),
    peakProcesses: usage.peakProcesses,
    oomKills: usage.oomKills === undefined ? undefined : BigInt(usage.oomKills),
    // A sandbox is used once, so what it used is what the execution used; in a session others may run.
    scope: sessionId === '' ? UsageScope.EXECUTION : UsageScope.SANDBOX,
  };
}

function toTimings(timings: Timings) {
  return {
    queued: toDuration(timings.queuedMs),
    acquired: toDuration(timings.acquiredMs),
    setup: toOptionalDuration(timings.setupMs),
    firstOutput: toOptionalDuration(timings.firstOutputMs),
    run: toOptionalDuration(timings.runMs),
    total: toDuration(timings.totalMs),
    sandbox: timings.sandbox === undefined ? SandboxOrigin.UNSPECIFIED : sandboxOrigins[timings.sandbox],
    interpreter:
      timings.interpreter === undefined ? InterpreterStart.UNSPECIFIED : interpreterStarts[timings.interpreter],
    coldReason: timings.coldReason ?? '',
  };
}
