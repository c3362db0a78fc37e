import type { Outcome, Phase, Unrecognized } from './enums.ts';
import type { EffectivePolicy } from './policy.ts';

/** How an execution went, as the server tells it. */
export interface ExecutionFacts {
  /** Opaque and unguessable. */
  readonly executionId: string;
  /** Where it ran; empty for a sandbox of its own. */
  readonly sessionId: string;
  readonly outcome: Outcome;
  /** With EXITED, and with SETUP_FAILED when the set-up script exited. */
  readonly exitCode?: number;
  /** For every end by a signal, whoever sent it. */
  readonly signal?: number;
  /** The phase that it ended in. */
  readonly phase: Phase;
  /** One line for people where the outcome alone does not say enough. */
  readonly message: string;
  /** Standard output; what is not UTF-8 as U+FFFD. Empty at the end of a stream, where it came before. */
  readonly stdout: string;
  /** Standard error, likewise. */
  readonly stderr: string;
  readonly stdoutStats: StreamStats;
  readonly stderrStats: StreamStats;
  /** Output files. Empty at the end of a stream, where they came before. */
  readonly files: readonly OutputFile[];
  /** Output paths that were not given back, with the reason. */
  readonly missingOutputPaths: readonly { readonly path: string; readonly reason: string }[];
  /** Rich results of a context. Empty at the end of a stream, where they came before. */
  readonly displays: readonly Display[];
  readonly usage: Usage;
  readonly timings: Timings;
  /** Connections, when the policy asked for them. */
  readonly networkLog: readonly NetworkConnection[];
  readonly effectivePolicy?: EffectivePolicy;
  /** SHA-256 of the effective policy, lower-case hex. */
  readonly policyDigest: string;
  /** In a context: the error that the code did not catch. */
  readonly error?: ExecutionError;
  /** In a context: whether its interpreter ended; the next one of this name begins with nothing. */
  readonly contextEnded: boolean;
  /** In a context: displays that are missing, because they were too large. */
  readonly droppedDisplays: number;
}

/** Counts of one stream of the program. */
export interface StreamStats {
  /** Bytes that it wrote. */
  readonly totalBytes: number;
  /** Bytes of these that were not delivered. */
  readonly droppedBytes: number;
  readonly truncated: boolean;
}

/** A file that the program left. */
export interface OutputFile {
  /** Relative to /sandbox. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** SHA-256 of the content, lower-case hex. */
  readonly sha256: string;
}

/** A rich result of a context: the value of its last expression, a figure. It is the code's own word. */
export interface Display {
  /** The same thing in several forms, by MIME type: `text/plain`, `text/html`, `image/png`. */
  readonly data: Readonly<Record<string, Uint8Array>>;
  /** Names a display that a later one replaces; empty when nothing replaces it. */
  readonly displayId: string;
  readonly context: string;
  /** Whether it is the value of the code's last expression. */
  readonly isResult: boolean;
}

/** What the kernel counted. What it cannot measure is not set. */
export interface Usage {
  readonly cpuUserMs?: number;
  readonly cpuSystemMs?: number;
  readonly peakMemoryBytes?: number;
  /** Processes and threads. */
  readonly peakProcesses?: number;
  /** Processes killed for memory; above 0 with EXITED when a child was. */
  readonly oomKills?: number;
  readonly networkReceivedBytes?: number;
  readonly networkSentBytes?: number;
  /** SANDBOX where others ran in it too. */
  readonly scope: 'EXECUTION' | 'SANDBOX' | Unrecognized;
}

/** How long each part took, in milliseconds. A part that did not happen is not set. */
export interface Timings {
  /** Waiting for a place. */
  readonly queuedMs?: number;
  /** Getting a sandbox. */
  readonly acquiredMs?: number;
  /** Installing packages. */
  readonly installedMs?: number;
  readonly setupMs?: number;
  /** Start of the program to its first byte of output. */
  readonly firstOutputMs?: number;
  /** The program. */
  readonly runMs?: number;
  /** Everything, from the request to the result. */
  readonly totalMs?: number;
  /** Where the sandbox came from. */
  readonly sandbox: 'NEW' | 'POOL' | 'POOL_UPDATED' | 'REUSED' | 'SESSION' | Unrecognized;
  /** HOT when the interpreter had booted before. */
  readonly interpreter: 'COLD' | 'HOT' | Unrecognized;
  /** The field that only a fresh interpreter could honour; empty when it was hot. */
  readonly coldReason: string;
}

/** A connection that was tried. */
export interface NetworkConnection {
  readonly time?: Date;
  readonly host: string;
  readonly port: number;
  /** Empty when it was refused before. */
  readonly address: string;
  readonly allowed: boolean;
  /** The rule that decided, or why nothing did. */
  readonly reason: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** An error that code in a context did not catch. It is the code's own word. */
export interface ExecutionError {
  /** Its class: `ZeroDivisionError`, `TypeError`. */
  readonly name: string;
  readonly message: string;
  /** Where it came from, the outermost first. */
  readonly frames: readonly ErrorFrame[];
}

/** One place in a traceback. */
export interface ErrorFrame {
  /** The file; `<cell N>` for the code of the Nth execution in the context. */
  readonly file: string;
  /** From 1 on; 0 where it is not known. */
  readonly line: number;
  /** Empty at the top level. */
  readonly function: string;
  /** The line's text; empty where it is not known. */
  readonly source: string;
}
