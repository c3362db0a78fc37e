/** A runtime by its name. */
export type Runtime = 'python' | 'node' | 'bun' | 'deno' | 'bash' | (string & {});

/** A program and what it needs. */
export interface ExecutionRequest {
  /** A program in the runtime's language. Exactly one of `code`, `codeUrl` and `cmd`. */
  readonly code?: string;
  /** A program that the server fetches. */
  readonly codeUrl?: string;
  /** A command line for bash. */
  readonly cmd?: string;
  /** SHA-256 of what `codeUrl` gives, in hex. */
  readonly codeHash?: string;
  /** Plain http for `codeUrl`; cannot be had. */
  readonly allowInsecureCodeUrl?: boolean;
  readonly runtime: Runtime;
  /** Wall time of set-up and program together, in milliseconds; that of the options. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the program's file: `.py`, `.mjs`, …; the runtime's own, or one that means the same to it. */
  readonly fileExtension?: string;
  /** Standard input. */
  readonly stdin?: string;
  /** Contents by path, below /sandbox. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Paths to give back; those that are not there are left out. With `execute` only. */
  readonly outputPaths?: readonly string[];
  readonly installPackages?: readonly string[];
  /** For the audit log. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** A bash script to run before. When it fails, `execute` throws. */
  readonly setupScript?: string;
  /** Where the program starts; /sandbox. */
  readonly workdir?: string;
  /** Of the agent runtime; cannot be had. */
  readonly agentFlags?: string;
}

/** What holds for all executions. */
export interface Isol8Options {
  /** `persistent` keeps one sandbox for all of them; `ephemeral`, but with a `sessionId`. */
  readonly mode?: 'ephemeral' | 'persistent';
  /** `none`. */
  readonly network?: 'none' | 'host' | 'filtered';
  /** Regular expressions for host names. */
  readonly networkFilter?: { readonly whitelist?: readonly string[]; readonly blacklist?: readonly string[] };
  /** Cores; 1. */
  readonly cpuLimit?: number;
  /** `512m`. */
  readonly memoryLimit?: string;
  /** Processes and threads of the program; the server's default. */
  readonly pidsLimit?: number;
  /** true. */
  readonly readonlyRootFs?: boolean;
  /** Bytes kept of each stream; 1 MiB. */
  readonly maxOutputSize?: number;
  /** Environment variables whose values become `***` in output. 8 bytes at least. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Wall time of set-up and program together, in milliseconds; 30,000. */
  readonly timeoutMs?: number;
  readonly image?: string;
  /** Size of /sandbox: `512m`; the server's default. */
  readonly sandboxSize?: string;
  /** Size of /tmp: `256m`; the server's default. */
  readonly tmpSize?: string;
  readonly logNetwork?: boolean;
  readonly security?: { readonly seccomp?: 'strict' | 'unconfined' | 'custom'; readonly customProfilePath?: string };
  /** What follows is the server's to decide: it is taken as long as it asks for nothing. */
  readonly debug?: boolean;
  readonly persist?: boolean;
  readonly audit?: { readonly enabled?: boolean };
  readonly remoteCode?: { readonly enabled?: boolean };
  readonly poolStrategy?: string;
  readonly poolSize?: number | { readonly clean: number; readonly dirty: number };
}

/** How an execution went. */
export interface ExecutionResult {
  /** Without blanks at its end. */
  readonly stdout: string;
  /** Without blanks at its end; where the time limit ended it, a last line says so. */
  readonly stderr: string;
  /** Of the program; 128 and the signal where one ended it, 137 where a limit did. */
  readonly exitCode: number;
  /** How long the program ran, in milliseconds. */
  readonly durationMs: number;
  /** Whether output is missing, of either stream. */
  readonly truncated: boolean;
  readonly executionId: string;
  readonly runtime: string;
  /** When it was asked for, in ISO 8601. */
  readonly timestamp: string;
  /** How it ended: EXITED, TIMED_OUT, OUT_OF_MEMORY, …; more than `exitCode` can say. */
  readonly outcome: string;
  /** Contents in base64 by path as asked for, with `outputPaths`. */
  readonly files?: Record<string, string>;
  readonly resourceUsage?: ResourceUsage;
  readonly networkLogs?: readonly NetworkLog[];
}

/** What a program used; what could not be measured is not there. */
export interface ResourceUsage {
  /** Of one core, over the time that it ran. */
  readonly cpuPercent?: number;
  /** The highest memory at once, in MiB. */
  readonly memoryMB?: number;
  readonly networkBytesIn?: number;
  readonly networkBytesOut?: number;
}

/** A connection that was tried. */
export interface NetworkLog {
  readonly timestamp: string;
  readonly host: string;
  readonly action: 'ALLOW' | 'BLOCK';
}

/** Something that happens in an execution. */
export interface StreamEvent {
  readonly type: 'stdout' | 'stderr' | 'exit' | 'error';
  /** Text; with `exit` the exit code. */
  readonly data: string;
  /** What it belongs to. */
  readonly phase: 'setup' | 'code';
}

/** A session of the server. */
export interface RemoteSession {
  readonly id: string;
  /** Whether something runs in it. */
  readonly isActive: boolean;
  /** In ISO 8601. */
  readonly lastAccessedAt: string;
}
