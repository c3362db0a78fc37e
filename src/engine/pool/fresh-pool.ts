import type { Runtime } from '../runtimes/runtime.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EffectivePolicy } from '../types.ts';
import type { Pool } from './pool.ts';

/** Starts a sandbox when one is asked for. */
export class FreshPool implements Pool {
  readonly #factory: SandboxFactory;

  constructor(factory: SandboxFactory) {
    this.#factory = factory;
  }

  acquire(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Sandbox> {
    return this.#factory.create(policy, runtime, signal);
  }
}
