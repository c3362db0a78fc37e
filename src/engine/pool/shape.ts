import type { Runtime } from '../runtimes/runtime.ts';
import { openFilesLimit } from '../sandbox/spec.ts';
import type { EffectivePolicy } from '../types.ts';

/** What cannot change about a container that runs: sandboxes of one shape can take each other's place. */
export function shapeOf(runtime: Runtime, { limits, ...policy }: EffectivePolicy): string {
  const { network, seccomp, runtimeClass, writableRoot } = policy;
  const { workspaceBytes, tmpBytes } = limits;
  const sizes = [workspaceBytes, tmpBytes, openFilesLimit(limits)];
  return [runtime.name, network, seccomp, runtimeClass ?? '', writableRoot, ...sizes].join(' ');
}

/** Sandboxes of one kind are the same in everything that the container holds, so that none must be changed for another. */
export function kindOf(runtime: Runtime, policy: EffectivePolicy): string {
  const { memoryBytes, cpuCores, processes } = policy.limits;
  return [shapeOf(runtime, policy), memoryBytes, cpuCores, processes].join(' ');
}
