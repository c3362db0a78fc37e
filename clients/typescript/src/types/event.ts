import type { Result } from '../result.ts';
import type { Outcome, Phase } from './enums.ts';
import type { EffectivePolicy } from './policy.ts';
import type { Display, NetworkConnection } from './result.ts';

/** What every event has. */
interface Event {
  /** From 1 on. */
  readonly sequence: number;
  /** When it happened. */
  readonly time: Date;
}

/** A sandbox is there; from here on there is always an outcome. */
export interface StartedEvent extends Event {
  readonly type: 'started';
  readonly executionId: string;
  /** Empty for a sandbox of its own. */
  readonly sessionId: string;
  readonly effectivePolicy?: EffectivePolicy;
  readonly policyDigest: string;
  /** How long it waited for a place, in milliseconds. */
  readonly queuedMs?: number;
}

/** It waits for a place. */
export interface QueuedEvent extends Event {
  readonly type: 'queued';
  /** 1 is the next to get a place. */
  readonly position: number;
}

/** A phase begins. */
export interface PhaseEvent extends Event {
  readonly type: 'phase';
  readonly phase: Phase;
}

/** A piece of output. */
export interface OutputEvent extends Event {
  readonly type: 'stdout' | 'stderr';
  /** As text: whole characters; what is not UTF-8 as U+FFFD. */
  readonly data: string;
  /** The very bytes. */
  readonly bytes: Uint8Array;
}

/** A rich result of a context. */
export interface DisplayEvent extends Event {
  readonly type: 'display';
  readonly display: Display;
}

/** A connection, when the policy asked for it. */
export interface NetworkEvent extends Event {
  readonly type: 'network';
  readonly connection: NetworkConnection;
}

/** A piece of an output file. Files come one after the other. */
export interface FileEvent extends Event {
  readonly type: 'file';
  /** Relative to /sandbox. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly chunk: Uint8Array;
  /** Whether it is the file's last piece. */
  readonly last: boolean;
  /** SHA-256 of the whole file, with the last piece. */
  readonly sha256: string;
}

/** Events that are kept no more. */
export interface GapEvent extends Event {
  readonly type: 'gap';
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** The end; always the last. */
export interface ExitEvent extends Event {
  readonly type: 'exit';
  readonly exitCode?: number;
  readonly outcome: Outcome;
  /** Without output, files and displays: they came before. */
  readonly result: Result;
}

/** Something that this client does not know, of a newer server. */
export interface UnrecognizedEvent extends Event {
  readonly type: 'unrecognized';
}

/** Something that happens in an execution; `type` says what. */
export type ExecutionEvent =
  | StartedEvent
  | QueuedEvent
  | PhaseEvent
  | OutputEvent
  | DisplayEvent
  | NetworkEvent
  | FileEvent
  | GapEvent
  | ExitEvent
  | UnrecognizedEvent;
