/** The words of policies. Field names in comments are those of the wire. */

/** Numbers that bound one execution. Sizes in bytes, time in milliseconds. */
export interface Limits {
  /** Wall time of set-up and program together. */
  readonly timeoutMs: number;
  /** Memory of the program, files in memory not counted. */
  readonly memoryBytes: number;
  /** Cores, fractions allowed. */
  readonly cpuCores: number;
  /** Processes and threads of the program. */
  readonly processes: number;
  /** Bytes kept of standard output, and as many of standard error. */
  readonly outputBytes: number;
  /** Size of /sandbox. */
  readonly workspaceBytes: number;
  /** Size of /tmp. */
  readonly tmpBytes: number;
  /** Open files of each process. */
  readonly openFiles: number;
}

/** What happens when a stream reaches `outputBytes`. */
export type OnOutputLimit = 'TRUNCATE' | 'KILL';

/** Whether a sandbox may serve its tenant again, with the same policy, once it was reset. */
export type Reuse = 'NEVER' | 'SAME_TENANT';

/** What a caller asks for: what is not set takes the next level's value. */
export interface PolicyRequest {
  /** The named policy to start from. */
  readonly profile?: string;
  readonly limits: Partial<Limits>;
  readonly onOutputLimit?: OnOutputLimit;
  readonly reuse?: Reuse;
  readonly seccomp?: string;
  readonly runtimeClass?: string;
}

/** What one level, the operator or a key, lets callers have at most. What it leaves unset is as the level above has it. */
export interface Ceilings {
  readonly limits?: Partial<Limits>;
  /** NEVER, and no sandbox is used again. */
  readonly reuse?: Reuse;
  /** The seccomp profiles that may be asked for. The first is what a request gets that asks for none, where its own is not among them. */
  readonly seccomp?: readonly string[];
  /** The runtime classes that may be asked for, in the same way. */
  readonly runtimeClasses?: readonly string[];
}

/** What a caller's key grants. */
export interface Grant {
  /** The profile that requests start from which name none. */
  readonly profile?: string;
  readonly ceilings: Ceilings;
  /** Sessions that its tenant may have at once; as many as the server may when unset. */
  readonly maxSessions?: number;
}

/** What holds for one execution, complete. */
export interface EffectivePolicy {
  /** The named policy that it started from. */
  readonly profile: string;
  readonly limits: Limits;
  readonly onOutputLimit: OnOutputLimit;
  readonly network: 'NONE';
  /** DEFAULT, STRICT, or one that the operator named. */
  readonly seccomp: string;
  /** Unset where Docker's default is used. */
  readonly runtimeClass?: string;
  readonly reuse: Reuse;
  readonly writableRoot: false;
  /** Its fields that the runtime class does not enforce here, and that the operator accepted so: `limits.memory_bytes`. */
  readonly unenforced: readonly string[];
}
