import type { FieldViolation } from '../errors.ts';
import type { EffectivePolicy, Grant, Limits, PolicyRequest } from '../policy/types.ts';
import type { Execution, InputFile } from '../types.ts';

/** Where a session stands. */
export type SessionState = 'STARTING' | 'READY' | 'ENDING' | 'ENDED';

/** A session as its tenant sees it. */
export interface SessionInfo {
  readonly id: string;
  readonly runtime: string;
  readonly state: SessionState;
  /** Why it has ended, one line; '' while it has not. */
  readonly endReason: string;
  readonly policy: EffectivePolicy;
  readonly policyDigest: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** It ends then, whatever happens. */
  readonly expiresAt: Date;
  /** It ends when nothing used it for this long. */
  readonly idleTimeoutMs: number;
  readonly lastUsedAt: Date;
  /** How many it has had. */
  readonly executions: number;
  readonly running: number;
  /** Names of its interpreters, sorted. */
  readonly contexts: readonly string[];
}

/** A session to be made. */
export interface SessionRequest {
  readonly tenant: string;
  readonly grant?: Grant;
  /** '' for one that the server chooses. */
  readonly id: string;
  readonly runtime: string;
  readonly policy: PolicyRequest;
  readonly labels: Readonly<Record<string, string>>;
  /** The server's choice when unset. */
  readonly lifetimeMs?: number;
  /** The server's choice when unset. */
  readonly idleTimeoutMs?: number;
  /** Written first. */
  readonly files: readonly InputFile[];
  /** A bash script to run first; '' for none. */
  readonly setupScript: string;
}

/** What came of it. */
export interface CreatedSession {
  /** As it is when this is called. */
  readonly session: () => SessionInfo;
  /** Its set-up, to be read to its end; undefined where there is none, or it has been. */
  readonly setup: Execution | undefined;
}

/** What is to be different about a session; what is unset stays. */
export interface SessionChange {
  readonly labels?: Readonly<Record<string, string>>;
  readonly expiresAt?: Date;
  readonly idleTimeoutMs?: number;
  /** Narrower than they are, of those that can be changed. */
  readonly limits?: Partial<Limits>;
}

/** Which sessions are listed. */
export interface SessionFilter {
  /** All of these. */
  readonly labels: Readonly<Record<string, string>>;
  /** '' for any. */
  readonly runtime: string;
  /** Empty for any. */
  readonly states: readonly SessionState[];
}

/** A stretch of what processes wrote that an execution left behind. */
export interface LeftOutput {
  /** UTF-8, undecodable bytes as U+FFFD. */
  readonly text: string;
  readonly nextOffset: number;
  /** Bytes before it that were asked for and are kept no more. */
  readonly droppedBytes: number;
}

/** What a session holds. Sizes in bytes. */
export interface SessionUsage {
  readonly memoryBytes: number | undefined;
  readonly disks: readonly { readonly path: string; readonly sizeBytes: number; readonly usedBytes: number }[];
  /** The oldest first. */
  readonly processes: readonly SessionProcess[];
}

/** A process of a session. */
export interface SessionProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** That started it; '' for none. */
  readonly executionId: string;
  /** '' for none. */
  readonly context: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
}

/** The door to sessions. Another tenant's is never found. */
export interface Sessions {
  /**
   * Makes a session, or finds the one of this id that is just as asked for.
   *
   * @param signal ends the making, and the set-up
   * @param found what is known to be wrong with the request already
   * @throws EngineError as an execution does, and SESSION_EXISTS, QUOTA_EXCEEDED
   */
  create(request: SessionRequest, signal: AbortSignal, found?: readonly FieldViolation[]): Promise<CreatedSession>;
  /** @throws EngineError SESSION_NOT_FOUND; not for one that has ended lately */
  get(tenant: string, id: string): SessionInfo;
  /** The newest first. */
  list(tenant: string, filter: SessionFilter): readonly SessionInfo[];
  /** @throws EngineError SESSION_NOT_FOUND, INVALID_FIELD, POLICY_CEILING_EXCEEDED */
  update(tenant: string, id: string, change: SessionChange): Promise<SessionInfo>;
  /** Cancels what runs in it, ends it and resolves when nothing of it is left. One that is gone is no error. */
  delete(tenant: string, id: string): Promise<void>;
  /**
   * Ends an interpreter of it, with all that it started.
   *
   * @throws EngineError SESSION_NOT_FOUND
   */
  resetContext(tenant: string, id: string, context: string): Promise<void>;
  /** @throws EngineError SESSION_NOT_FOUND */
  usage(tenant: string, id: string): Promise<SessionUsage>;
  /**
   * What processes wrote that an execution left behind, since its end.
   *
   * @throws EngineError SESSION_NOT_FOUND, EXECUTION_NOT_FOUND
   */
  output(
    tenant: string,
    id: string,
    executionId: string,
    offsets: { readonly stdout: number; readonly stderr: number },
  ): Promise<{ readonly stdout: LeftOutput; readonly stderr: LeftOutput; readonly open: boolean }>;
}
