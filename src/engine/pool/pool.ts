import type { Runtime } from '../runtimes/runtime.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EffectivePolicy, PoolStatus, SandboxOrigin } from '../types.ts';

/** A sandbox for one execution. Disposing of it gives it up, which removes it. */
export interface Lease extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly origin: SandboxOrigin;
}

/** Where executions get their sandboxes. */
export interface Pool {
  /** Whether everything that should wait from the start waits, or was tried. */
  readonly warm: boolean;
  /**
   * A sandbox that nobody has used, with this policy in force; whoever gets it disposes of it.
   *
   * @throws EngineError DOCKER_UNAVAILABLE, IMAGE_MISSING, SANDBOX_START_FAILED; the signal's reason when it aborts
   */
  acquire(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Lease>;
  /** What waits, one for each kind of sandbox. */
  status(): readonly PoolStatus[];
}
