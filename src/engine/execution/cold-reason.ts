import type { EffectivePolicy } from '../types.ts';
import type { ExecutionPlan } from './orders.ts';

/**
 * Why an interpreter that was booted ahead may not run a program, in the words of the wire; undefined when it may. What
 * the interpreter itself has read by then, its guest knows.
 */
export function coldReason(
  { request, runtime, policy }: ExecutionPlan,
  bootedWith: EffectivePolicy,
): string | undefined {
  if (runtime.hook === '') return undefined;
  // What waits would count as the script's memory and processes, and could be changed by it.
  if (request.setupScript !== '') return 'setup_script';
  if (!runtime.sizedAtBoot) return undefined;
  if (policy.limits.memoryBytes !== bootedWith.limits.memoryBytes) return 'policy.limits.memory_bytes';
  if (policy.limits.cpuCores !== bootedWith.limits.cpuCores) return 'policy.limits.cpu_cores';
  return undefined;
}

/** What a guest says of it, in the words of the wire. */
export function guestsReason(reason: string): string {
  return reason === 'argv' ? 'command' : reason;
}
