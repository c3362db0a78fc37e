import type { Limits } from './policy/types.ts';

/** A runtime as callers see it. */
export interface RuntimeInfo {
  readonly name: string;
  /** Of the interpreter, as the image's label says; '' when the image is missing. */
  readonly version: string;
  readonly image: string;
  /** Whether its image is there. */
  readonly available: boolean;
  /** The least `memory_bytes` it takes. */
  readonly memoryFloorBytes: number;
}

/** Sandboxes of one kind: a runtime with the limits that its container holds. */
export interface PoolStatus {
  readonly runtime: string;
  readonly image: string;
  /** How many wait. */
  readonly idle: number;
  /** How many are being started. */
  readonly starting: number;
  /** How many should wait. */
  readonly target: number;
  /** Executions that found one waiting. */
  readonly hits: number;
  /** Executions that did not. */
  readonly misses: number;
}

/** What this server is and can do. */
export interface EngineInfo {
  readonly runtimes: readonly RuntimeInfo[];
  readonly defaults: Limits;
  /** The most that the caller may ask for. */
  readonly ceilings: Limits;
  /** Those that the caller may ask for, the usual one first. */
  readonly runtimeClasses: readonly { readonly name: string; readonly unenforced: readonly string[] }[];
  readonly docker: {
    readonly version: string;
    readonly apiVersion: string;
    readonly cgroupVersion: number;
    /** What this host cannot enforce, a sentence each. */
    readonly missing: readonly string[];
  };
  /** What is left of what the caller may have. */
  readonly quotas: readonly { readonly name: string; readonly limit: number; readonly remaining: number }[];
  readonly running: number;
  readonly queued: number;
}
