import type { Line } from '../../lib/wait-in-line.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { containerMemoryBytes } from '../sandbox/spec.ts';
import type { EffectivePolicy, PoolStatus } from '../types.ts';
import { Demand } from './demand.ts';
import { shapeOf } from './shape.ts';

/** A sandbox that waits, and since when. */
export interface Waiting {
  readonly sandbox: Sandbox;
  readonly since: number;
}

/** Sandboxes that are all the same: those that wait, those who wait for one, and what was learned about them. */
export class Kind {
  readonly runtime: Runtime;
  readonly policy: EffectivePolicy;
  /** How many the operator wants to wait. */
  readonly base: number;
  readonly shape: string;
  /** Memory that one may use at most, files included. */
  readonly bytes: number;
  readonly demand = new Demand();
  /** The oldest first. */
  waiting: Waiting[] = [];
  /** The first to come first. */
  readonly waiters: Line<Sandbox> = [];
  /** How many are being started, for whomever. */
  starting = 0;
  /** How many were ever ready, for whomever. */
  readied = 0;
  /** How many should wait. */
  target = 0;
  /** Starts for the pool that failed, one after the other, and when the next one may be tried. */
  failures = 0;
  retryAt = 0;
  hits = 0;
  misses = 0;

  constructor(runtime: Runtime, policy: EffectivePolicy, base: number) {
    this.runtime = runtime;
    this.policy = policy;
    this.base = base;
    this.shape = shapeOf(runtime, policy);
    this.bytes = containerMemoryBytes(policy);
  }

  /** How much of what should wait is there. */
  get share(): number {
    return (this.waiting.length + this.starting) / this.target;
  }

  /** Takes the one that has waited longest. */
  take(): Sandbox | undefined {
    return this.waiting.shift()?.sandbox;
  }

  /** Whether nothing would be lost with it. */
  isIdle(now: number): boolean {
    const empty = this.waiting.length === 0 && this.waiters.length === 0 && this.starting === 0;
    return empty && this.base === 0 && this.demand.isForgotten(now);
  }

  get status(): PoolStatus {
    const { runtime, starting, target, hits, misses } = this;
    return { runtime: runtime.name, image: runtime.image, idle: this.waiting.length, starting, target, hits, misses };
  }
}
