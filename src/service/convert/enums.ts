import { InterpreterStart, Outcome, OutputStream, Phase, SandboxOrigin } from '../../../gen/isol8/v1/execution_pb.ts';
import { OnOutputLimit, Reuse } from '../../../gen/isol8/v1/policy_pb.ts';
import type * as engine from '../../engine/types.ts';

/** Names of the engine on the wire. */
export const outcomes: Record<engine.Outcome, Outcome> = {
  EXITED: Outcome.EXITED,
  SIGNALED: Outcome.SIGNALED,
  TIMED_OUT: Outcome.TIMED_OUT,
  OUT_OF_MEMORY: Outcome.OUT_OF_MEMORY,
  OUTPUT_LIMIT_EXCEEDED: Outcome.OUTPUT_LIMIT_EXCEEDED,
  CANCELLED: Outcome.CANCELLED,
  SETUP_FAILED: Outcome.SETUP_FAILED,
  SANDBOX_LOST: Outcome.SANDBOX_LOST,
};

/** Names of the engine on the wire. */
export const phases: Record<engine.Phase, Phase> = {
  PREPARE: Phase.PREPARE,
  INSTALL: Phase.INSTALL,
  SETUP: Phase.SETUP,
  RUN: Phase.RUN,
};

/** Names of the engine on the wire. */
export const sandboxOrigins: Record<engine.SandboxOrigin, SandboxOrigin> = {
  NEW: SandboxOrigin.NEW,
  POOL: SandboxOrigin.POOL,
  POOL_UPDATED: SandboxOrigin.POOL_UPDATED,
  REUSED: SandboxOrigin.REUSED,
  SESSION: SandboxOrigin.SESSION,
};

/** Names of the engine on the wire. */
export const interpreterStarts: Record<'COLD' | 'HOT', InterpreterStart> = {
  COLD: InterpreterStart.COLD,
  HOT: InterpreterStart.HOT,
};

/** Names of the engine on the wire. */
export const streams: Record<engine.OutputStream, OutputStream> = {
  STDOUT: OutputStream.STDOUT,
  STDERR: OutputStream.STDERR,
};

/** Names of the engine on the wire. */
export const onOutputLimits: Record<engine.OnOutputLimit, OnOutputLimit> = {
  TRUNCATE: OnOutputLimit.TRUNCATE,
  KILL: OnOutputLimit.KILL,
};

/** Names of the engine on the wire. */
export const reuses: Record<engine.Reuse, Reuse> = { NEVER: Reuse.NEVER, SAME_TENANT: Reuse.SAME_TENANT };
