import type { Runtime } from '../runtimes/runtime.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { EffectivePolicy, PoolStatus, SandboxOrigin } from '../types.ts';

/** Who wants a sandbox, and of what kind. */
export interface Wanted {
  readonly tenant: string;
  readonly runtime: Runtime;
  readonly policy: EffectivePolicy;
}

/** A sandbox for one execution. Disposing of it gives it up, which removes it unless it is a session's. */
export interface Lease extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly origin: SandboxOrigin;
  /** The policy with which what waits in it for this execution was booted; undefined when nothing waits. */
  readonly bootedWith: EffectivePolicy | undefined;
  /** The file in /sandbox for the code; undefined for the runtime's usual one. It is removed when a session goes on. */
  readonly mainFile?: string;
  /** Gives it up in good order: where the policy has it used again it is reset and kept, and else removed. */
  giveBack(): Promise<void>;
  /** Sees to it that nothing of the execution runs any more, where the guest has not said so. */
  clear(): Promise<void>;
  /** The same once the link is lost, and whether the kernel killed for memory. */
  lost(): Promise<boolean>;
}

/** Where executions get their sandboxes. */
export interface Pool {
  /** Whether everything that should wait from the start waits, or was tried. */
  readonly warm: boolean;
  /**
   * A sandbox with this policy in force; whoever gets it disposes of it. Nobody has used it, but for the same tenant with
   * the same policy where that allows it.
   *
   * @throws EngineError DOCKER_UNAVAILABLE, IMAGE_MISSING, SANDBOX_START_FAILED; the signal's reason when it aborts
   */
  acquire(wanted: Wanted, signal: AbortSignal): Promise<Lease>;
  /** What waits, one for each kind of sandbox. */
  status(): readonly PoolStatus[];
}
