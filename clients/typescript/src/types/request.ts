import type { Policy } from './policy.ts';

/** Text, which is sent as UTF-8, or bytes. */
export type Content = string | Uint8Array | ArrayBuffer;

/** A program and what it needs. */
export interface ExecuteRequest {
  /** `python`, `node`, `bun`, `deno`, `bash`, or a name that the operator configured. May be left out in a session. */
  readonly runtime?: 'python' | 'node' | 'bun' | 'deno' | 'bash' | (string & {});
  /** A program in the runtime's language. Exactly one of `code`, `command` and `codeUrl`. */
  readonly code?: string;
  /** A command line for `bash -c`. */
  readonly command?: string;
  /** A program that the server fetches. */
  readonly codeUrl?: { readonly url: string; readonly sha256?: string };
  /** What follows the program in its argv. */
  readonly arguments?: readonly string[];
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly stdin?: Content;
  /** How standard input behaves; `BYTES` with `stdin`, `CLOSED` without. With `INTERACTIVE` a stream takes more. */
  readonly stdinMode?: 'CLOSED' | 'BYTES' | 'INTERACTIVE';
  /** Where the program starts; `/sandbox`. */
  readonly workingDirectory?: string;
  /** Written before, below /sandbox: contents by path, or a list. */
  readonly files?: Readonly<Record<string, Content>> | readonly InputFile[];
  /** Paths or globs to give back afterwards. */
  readonly outputPaths?: readonly string[];
  /** A bash script to run before. When it fails: outcome SETUP_FAILED with its output. */
  readonly setupScript?: string;
  /** Installed before. */
  readonly packages?: readonly string[];
  /** Runs in this session; in a sandbox of its own when unset. */
  readonly sessionId?: string;
  /** Whether a session that does not exist is made; false. */
  readonly createSessionIfMissing?: boolean;
  /** Runs `code` in the session's interpreter of this name, whose variables live on. */
  readonly context?: string;
  /** More environment variables, whose values become `***` in all text that leaves the server. 8 bytes at least. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What holds for it; the server's defaults. */
  readonly policy?: Policy;
  /** The caller's idempotency key. */
  readonly requestId?: string;
  /** Another image for this runtime. */
  readonly image?: string;
  /** For the audit log. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What happens when the call ends before the execution; `CANCEL`. */
  readonly onDisconnect?: 'CANCEL' | 'DETACH';
}

/** A file to write before the program starts. */
export interface InputFile {
  /** Relative to /sandbox, or absolute below it. Parents are made. */
  readonly path: string;
  readonly content: Content;
  /** Permission bits; 0o644. */
  readonly mode?: number;
}
