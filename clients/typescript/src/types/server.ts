import type { Limits } from './policy.ts';

/** What a server is and can do. */
export interface ServerInfo {
  /** Of isol8. */
  readonly version: string;
  readonly runtimes: readonly RuntimeInfo[];
  /** What holds when a request sets nothing. */
  readonly defaults: Limits;
  /** The most that the caller may ask for. */
  readonly ceilings: Limits;
  /** Runtime classes that a policy may name, with the fields that each does not enforce. */
  readonly isolationClasses: readonly { readonly name: string; readonly unenforced: readonly string[] }[];
  readonly quotas: readonly { readonly name: string; readonly limit: number; readonly remaining: number }[];
  readonly containerEngine?: ContainerEngine;
  readonly runningExecutions: number;
  readonly queuedExecutions: number;
}

/** A language that the server runs. */
export interface RuntimeInfo {
  readonly name: string;
  /** Of the interpreter; empty when the image is missing. */
  readonly version: string;
  readonly image: string;
  /** Whether the image is there. */
  readonly available: boolean;
  /** The least `memoryBytes` that it takes. */
  readonly memoryFloorBytes: number;
}

/** What runs the sandboxes. */
export interface ContainerEngine {
  readonly version: string;
  readonly apiVersion: string;
  readonly cgroupVersion: number;
  /** What this host cannot enforce, a sentence each. */
  readonly missing: readonly string[];
}
