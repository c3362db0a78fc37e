import type { FieldViolation } from './errors.ts';
import type { Display, ExecutionError } from './execution/rich.ts';
import type { SessionFiles } from './files/types.ts';
import type { EngineInfo, PoolStatus } from './info.ts';
import type { EffectivePolicy, Grant, PolicyRequest } from './policy/types.ts';
import type { SelfTestRequest, SelfTestResult } from './self-test/types.ts';
import type { Sessions } from './session/types.ts';

/** The vocabulary of the engine's door. Field names in comments are those of the wire, which the engine never sees. */

export type { Display, ExecutionError } from './execution/rich.ts';
export type {
  FileForm,
  FileInfo,
  FilePage,
  FilePart,
  FileType,
  SessionFiles,
  WrittenFile,
} from './files/types.ts';
export type { EngineInfo, PoolStatus, RuntimeInfo } from './info.ts';
export type {
  Ceilings,
  EffectivePolicy,
  Grant,
  Limits,
  OnOutputLimit,
  PolicyRequest,
  Reuse,
} from './policy/types.ts';
export type { SelfTestRequest, SelfTestResult, SelfTestVerdict } from './self-test/types.ts';
export type * from './session/types.ts';

/** A file to write before the program starts. */
export interface InputFile {
  /** Relative to /sandbox, or absolute below it. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits; 0 stands for 0644. */
  readonly mode: number;
}

/** What to run. */
export type Source =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'command'; readonly command: string };

/** One execution, as asked for. */
export interface ExecutionRequest {
  /** Whose it is; executions of another tenant are not found. */
  readonly tenant: string;
  readonly runtime: string;
  readonly source: Source;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** More variables, whose values are masked in all text that leaves. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Standard input; empty when the program gets none. */
  readonly stdin: Uint8Array;
  /** Whether more of it may come, by `sendInput`. */
  readonly interactive?: boolean;
  /** In /sandbox; '' stands for /sandbox itself. */
  readonly workingDirectory: string;
  readonly files: readonly InputFile[];
  /** Paths or globs to give back afterwards. */
  readonly outputPaths: readonly string[];
  /** A bash script to run before; '' for none. */
  readonly setupScript: string;
  readonly policy: PolicyRequest;
  /** What the caller's key allows; all that the operator allows when unset. */
  readonly grant?: Grant;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it runs; in a sandbox of its own when unset. */
  readonly session?: SessionPlace;
  /** The session's interpreter that runs the code; a process of its own when unset. */
  readonly context?: string;
}

/** A place in a session. */
export interface SessionPlace {
  readonly id: string;
  /** Whether it is made where there is none. */
  readonly create: boolean;
}

/** The part of an execution that runs. */
export type Phase = 'PREPARE' | 'INSTALL' | 'SETUP' | 'RUN';

/** How an execution ended. */
export type Outcome =
  | 'EXITED'
  | 'SIGNALED'
  | 'TIMED_OUT'
  | 'OUT_OF_MEMORY'
  | 'OUTPUT_LIMIT_EXCEEDED'
  | 'CANCELLED'
  | 'SETUP_FAILED'
  | 'SANDBOX_LOST';

/** Which of the program's streams. */
export type OutputStream = 'STDOUT' | 'STDERR';

/** Counts of one stream, in bytes. `droppedBytes` of `totalBytes` were not delivered. */
export interface StreamStats {
  readonly totalBytes: number;
  readonly droppedBytes: number;
  readonly truncated: boolean;
}

/** What the kernel counted. What it cannot measure is undefined. */
export interface Usage {
  readonly cpuUserMs?: number;
  readonly cpuSystemMs?: number;
  readonly peakMemoryBytes?: number;
  readonly peakProcesses?: number;
  readonly oomKills?: number;
}

/** How long each part took, in milliseconds. A part that did not happen is undefined. */
export interface Timings {
  /** Waiting for a place. */
  readonly queuedMs: number;
  /** Getting a sandbox. */
  readonly acquiredMs: number;
  /** The set-up script. */
  readonly setupMs?: number;
  /** Start of the program to its first byte of output. */
  readonly firstOutputMs?: number;
  /** The program. */
  readonly runMs?: number;
  /** Everything, from the request to the result. */
  readonly totalMs: number;
  /** Where the sandbox came from; undefined when there was none. */
  readonly sandbox?: SandboxOrigin;
  /** How the program got its interpreter; undefined when none ran. */
  readonly interpreter?: 'COLD' | 'HOT';
  /** The field that only a fresh process can honour, where it kept the program from an interpreter that waited. */
  readonly coldReason?: string;
}

/** Where a sandbox came from: started for this execution; from the pool, as it was or with its limits changed; used before; or it is a session's. */
export type SandboxOrigin = 'NEW' | 'POOL' | 'POOL_UPDATED' | 'REUSED' | 'SESSION';

/** Why an output path was not given back. */
export interface MissingOutputPath {
  readonly path: string;
  readonly reason: string;
}

/** The result of an execution: what `finished` carries. Output and files came as events before. */
export interface ExecutionResult {
  readonly executionId: string;
  /** '' for a sandbox of its own. */
  readonly sessionId: string;
  readonly outcome: Outcome;
  /** For EXITED, and for SETUP_FAILED when the set-up script exited. */
  readonly exitCode?: number;
  /** For every end by a signal, whoever sent it; `SIGKILL` is 9. */
  readonly signal?: number;
  /** The phase that the execution ended in. */
  readonly phase: Phase;
  /** One line for people where the outcome alone does not say enough; '' otherwise. */
  readonly message: string;
  /** Of `phase`. */
  readonly stdoutStats: StreamStats;
  readonly stderrStats: StreamStats;
  readonly missingOutputPaths: readonly MissingOutputPath[];
  readonly usage: Usage;
  readonly timings: Timings;
  readonly effectivePolicy: EffectivePolicy;
  readonly policyDigest: string;
  /** In a context: the error that the code did not catch. */
  readonly error?: ExecutionError;
  /** Whether the context ended. */
  readonly contextEnded?: boolean;
  /** Displays of a context that were too much, or none. */
  readonly droppedDisplays?: number;
}

/** A policy to try. */
export type PolicyQuestion = Pick<ExecutionRequest, 'runtime' | 'policy' | 'grant'>;

/** What it would come to; nothing when there are violations. */
export interface PolicyAnswer {
  readonly effectivePolicy?: EffectivePolicy;
  readonly policyDigest?: string;
  readonly violations: readonly FieldViolation[];
}

/** What happens during an execution, in order. */
export type ExecutionEventBody =
  | { readonly kind: 'queued'; readonly position: number }
  | {
      readonly kind: 'started';
      readonly executionId: string;
      readonly sessionId: string;
      readonly effectivePolicy: EffectivePolicy;
      readonly policyDigest: string;
      readonly queuedMs: number;
    }
  | { readonly kind: 'phase'; readonly phase: Phase }
  /** Whole characters. */
  | { readonly kind: 'text'; readonly stream: OutputStream; readonly text: string }
  /** What is not UTF-8. */
  | { readonly kind: 'data'; readonly stream: OutputStream; readonly data: Uint8Array }
  | { readonly kind: 'display'; readonly display: Display }
  /** A piece of an output file; `last` carries the digest of the whole. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly chunk: Uint8Array;
      readonly last: boolean;
      /** Lower-case hex; set with `last`. */
      readonly sha256?: string;
    }
  | { readonly kind: 'finished'; readonly result: ExecutionResult };

/** An event with its place: sequences start at 1 and have no holes. */
export type ExecutionEvent = ExecutionEventBody & { readonly sequence: number; readonly time: Date };

/** One execution under way. */
export interface Execution {
  /** Opaque and unguessable. */
  readonly id: string;
  /**
   * Everything that happens, to be read once. Exactly one `finished` is the last event. Throws an EngineError, before
   * `started` only, when nothing could be started. A reader that is slow holds the program back; one that
   * returns early cancels the execution.
   */
  events(): AsyncIterable<ExecutionEvent>;
}

/** The engine's door. */
export interface Engine extends AsyncDisposable {
  /**
   * Begins an execution. Returns as soon as the request is known to be good.
   *
   * @param signal ends it: aborted, the execution is cancelled (outcome CANCELLED) and its sandbox removed
   * @param found what is known to be wrong with the request already: it is refused, with all that the engine finds
   * @throws EngineError INVALID_FIELD, UNKNOWN_RUNTIME, POLICY_CEILING_EXCEEDED, NOT_IMPLEMENTED, each with every wrong field;
   *   QUEUE_FULL, SERVER_DRAINING
   */
  start(request: ExecutionRequest, signal: AbortSignal, found?: readonly FieldViolation[]): Execution;
  /**
   * Ends an execution and resolves when nothing of it runs any more. One that has ended already is left alone.
   *
   * @throws EngineError EXECUTION_NOT_FOUND
   */
  cancel(tenant: string, executionId: string): Promise<void>;
  /**
   * Brings standard input to an execution that is `interactive`; resolves when it was taken.
   *
   * @param offset how many bytes came before `data`; what was taken already is not taken twice
   * @param end whether the input ends after it
   * @returns how many bytes were taken in all
   * @throws EngineError EXECUTION_NOT_FOUND, INPUT_REFUSED
   */
  sendInput(tenant: string, executionId: string, offset: number, data: Uint8Array, end: boolean): Promise<number>;
  /**
   * Sends a signal to the program of an execution; one that has ended is left alone.
   *
   * @throws EngineError EXECUTION_NOT_FOUND
   */
  sendSignal(tenant: string, executionId: string, signal: number): Promise<void>;
  /** Sandboxes that stay. */
  readonly sessions: Sessions;
  /** Their files. */
  readonly files: SessionFiles;
  /**
   * What a policy would come to, or what is wrong with it.
   *
   * @param found what is known to be wrong already
   * @throws EngineError UNKNOWN_RUNTIME
   */
  resolve(asked: PolicyQuestion, found?: readonly FieldViolation[]): PolicyAnswer;
  /** What this server is and can do for whom a key grants this, asked from Docker now. */
  info(tenant: string, grant?: Grant): Promise<EngineInfo>;
  /**
   * Tries to get out of sandboxes that are made as everybody's are, and says what came of it.
   *
   * @param signal ends it, and all that it runs
   * @param found what is known to be wrong with the request already
   * @throws EngineError INVALID_FIELD and what else a policy can be refused for; DOCKER_UNAVAILABLE, SERVER_DRAINING
   */
  selfTest(
    request: SelfTestRequest,
    signal: AbortSignal,
    found?: readonly FieldViolation[],
  ): Promise<readonly SelfTestResult[]>;
  /** What waits, one for each kind of sandbox. */
  poolStatus(): readonly PoolStatus[];
  /** Whether executions can be started now, and what should wait for them from the start does. */
  readonly healthy: boolean;
  /** Refuses new executions and resolves when none runs; those that still run after `timeoutMs` are cancelled. */
  drain(timeoutMs: number): Promise<void>;
}
