import type { Unrecognized } from './enums.ts';

/** What a caller asks for. What is not set takes the next level's value: the key's profile, then the server's. */
export interface Policy {
  /** A named policy of the server to start from; the key's, or `default`. */
  readonly profile?: string;
  readonly limits?: Limits;
  /** What it may reach; nothing. */
  readonly network?: Network;
  readonly isolation?: Isolation;
  /** What happens when a stream reaches `limits.outputBytes`; `TRUNCATE`. */
  readonly onOutputLimit?: 'TRUNCATE' | 'KILL';
}

/** Numbers that bound an execution. A 0 is refused and never means "no limit"; `serverInfo` tells what holds. */
export interface Limits {
  /** Wall time of set-up and program together, in milliseconds; 30,000. Outcome TIMED_OUT. */
  readonly timeoutMs?: number;
  /** Memory of the program; 512 MiB. Outcome OUT_OF_MEMORY. */
  readonly memoryBytes?: number;
  /** CPU cores, fractions allowed; 1. */
  readonly cpuCores?: number;
  /** Processes and threads; 128. A new one fails with EAGAIN. */
  readonly processes?: number;
  /** Bytes kept of standard output, and as many of standard error; 1 MiB. See `onOutputLimit`. */
  readonly outputBytes?: number;
  /** Size of /sandbox; 256 MiB. Writing fails with ENOSPC. */
  readonly workspaceBytes?: number;
  /** Size of /tmp; 128 MiB. Writing fails with ENOSPC. */
  readonly tmpBytes?: number;
  /** Open files of each process; 1024. Opening fails with EMFILE. */
  readonly openFiles?: number;
}

/** What a sandbox may reach. */
export interface Network {
  /** `NONE`. */
  readonly mode?: 'NONE' | 'FILTERED' | 'OPEN';
  /** With FILTERED: what may be reached; at least one rule. */
  readonly allow?: readonly NetworkRule[];
  /** With FILTERED: what may not, even where `allow` has it. */
  readonly deny?: readonly NetworkRule[];
  /** Whether each connection is reported; false. */
  readonly log?: boolean;
}

/** Matches connections; by exactly one of `host`, `hostRegex` and `cidr`. */
export interface NetworkRule {
  /** A name, `api.example.com`, or all names below one, `*.example.com`. */
  readonly host?: string;
  /** A regular expression (RE2) for the whole name; case does not matter. */
  readonly hostRegex?: string;
  /** What a name may resolve to. */
  readonly cidr?: string;
  /** 80 and 443. */
  readonly ports?: readonly number[];
}

/** How a sandbox is kept apart from its host. */
export interface Isolation {
  /** `runc`, `runsc`, …; the operator's choice. */
  readonly runtimeClass?: string;
  /** `DEFAULT`, `STRICT`, or the name of a profile that the operator configured; the operator's choice. */
  readonly seccomp?: string;
  /** Whether a sandbox is used again; `NEVER`. */
  readonly reuse?: 'NEVER' | 'SAME_TENANT';
  /** Whether the root file system can be written; false. */
  readonly writableRoot?: boolean;
}

/** What holds, complete. */
export interface EffectivePolicy {
  /** The profile that it started from. */
  readonly profile: string;
  /** Every field is set. */
  readonly limits: Limits;
  readonly network: EffectiveNetwork;
  /** `runtimeClass` is not set where Docker's default is used. */
  readonly isolation: Isolation;
  readonly onOutputLimit: 'TRUNCATE' | 'KILL' | Unrecognized;
  /** Fields that the runtime class does not enforce, and that the operator accepted so. */
  readonly unenforced: readonly string[];
}

/** What a sandbox may reach. */
export interface EffectiveNetwork {
  readonly mode: 'NONE' | 'FILTERED' | 'OPEN' | Unrecognized;
  /** One rule set for each level that has one; a connection must pass all of them. */
  readonly layers: readonly NetworkLayer[];
  readonly log: boolean;
}

/** The rules of one level. */
export interface NetworkLayer {
  /** `operator`, `key`, `profile` or `request`. */
  readonly level: string;
  readonly allow: readonly NetworkRule[];
  readonly deny: readonly NetworkRule[];
}

/** What a request would get, or all that is wrong with it. */
export interface PolicyAnswer {
  /** Not set when there are violations. */
  readonly effectivePolicy?: EffectivePolicy;
  /** SHA-256 of it, lower-case hex. */
  readonly policyDigest: string;
  readonly violations: readonly { readonly field: string; readonly description: string; readonly reason: string }[];
}

/** A policy to try. */
export interface PolicyQuestion {
  readonly runtime: string;
  readonly image?: string;
  readonly policy?: Policy;
}
