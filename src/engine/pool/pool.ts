import type { Runtime } from '../runtimes/runtime.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EffectivePolicy } from '../types.ts';

/** Where executions get their sandboxes. */
export interface Pool {
  /**
   * A sandbox that nobody has used, with this policy in force; whoever gets it disposes of it.
   *
   * @throws EngineError DOCKER_UNAVAILABLE, IMAGE_MISSING, SANDBOX_START_FAILED; the signal's reason when it aborts
   */
  acquire(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Sandbox>;
}
