import type { SessionState } from './enums.ts';
import type { EffectivePolicy, Limits, Policy } from './policy.ts';
import type { ExecuteRequest } from './request.ts';

/** A session as the server tells it. */
export interface SessionInfo {
  /** Unique among the caller's. */
  readonly sessionId: string;
  /** Fixed for its life. */
  readonly runtime: string;
  readonly state: SessionState;
  readonly policy?: EffectivePolicy;
  readonly labels: Readonly<Record<string, string>>;
  readonly createTime?: Date;
  /** When it ends, whatever happens. */
  readonly expireTime?: Date;
  /** It ends when nothing used it for this long. */
  readonly idleTimeoutMs?: number;
  readonly lastUsedTime?: Date;
  /** How many executions it has had. */
  readonly executions: number;
  /** Names of the interpreters that live in it. */
  readonly contexts: readonly string[];
  /** SHA-256 of `policy`, lower-case hex. */
  readonly policyDigest: string;
  /** Executions that run in it now. */
  readonly runningExecutions: number;
  /** Why it has ended; empty while it has not. */
  readonly endReason: string;
}

/** A session to make. */
export interface CreateSessionRequest
  extends Pick<ExecuteRequest, 'runtime' | 'image' | 'packages' | 'setupScript' | 'files' | 'labels'> {
  /** The caller's name for it: 1 to 128 letters, digits, `.`, `_`, `-`; the server makes one when unset. */
  readonly sessionId?: string;
  /** What holds in it. */
  readonly policy?: Policy;
  /** How long it lives, in milliseconds; an hour. */
  readonly lifetimeMs?: number;
  /** It ends when nothing used it for this long, in milliseconds; ten minutes. */
  readonly idleTimeoutMs?: number;
}

/** Which sessions to list; all when nothing is given. */
export interface SessionFilter {
  /** Only those with all of these labels. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly runtime?: string;
  /** Only those in one of these states. */
  readonly states?: readonly ('STARTING' | 'READY' | 'ENDING' | 'ENDED')[];
  /** How many to ask for at a time; the server's choice. */
  readonly pageSize?: number;
}

/** What of a session to change; what is left out stays. */
export interface SessionChanges {
  readonly labels?: Readonly<Record<string, string>>;
  readonly expireTime?: Date;
  readonly idleTimeoutMs?: number;
  /** Limits can be made narrower. */
  readonly policy?: { readonly limits: Omit<Limits, 'workspaceBytes' | 'tmpBytes'> };
}

/** What a session holds now. */
export interface SessionUsage {
  /** Memory of its processes; not set where it cannot be measured. */
  readonly memoryBytes?: number;
  /** `/sandbox`, `/tmp` and `/dev/shm`. */
  readonly disks: readonly { readonly path: string; readonly sizeBytes: number; readonly usedBytes: number }[];
  /** Oldest first; 1,000 at most. */
  readonly processes: readonly SessionProcess[];
}

/** A process of a session. */
export interface SessionProcess {
  readonly pid: number;
  /** 1 when its parent has ended. */
  readonly parentPid: number;
  /** The execution that started it; empty for what the session keeps ready. */
  readonly executionId: string;
  /** Empty for none. */
  readonly context: string;
  /** Its command line, as the process has it now. */
  readonly command: string;
  readonly startTime?: Date;
  /** Processor time, user and system. */
  readonly cpuMs?: number;
  /** Its memory that no file backs. */
  readonly memoryBytes: number;
  readonly threads: number;
}

/** What processes wrote that an execution left behind. */
export interface LeftOutputs {
  readonly stdout: LeftOutput;
  readonly stderr: LeftOutput;
  /** Whether any of them still holds one of the streams open. */
  readonly open: boolean;
}

/** A stretch of one stream. */
export interface LeftOutput {
  readonly text: string;
  /** Where to go on. */
  readonly nextOffset: number;
  /** Bytes that are kept no more. */
  readonly droppedBytes: number;
}
