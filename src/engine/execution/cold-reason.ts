import { posix } from 'node:path';
import { type Runtime, WORKSPACE } from '../runtimes/runtime.ts';
import type { EffectivePolicy, ExecutionRequest } from '../types.ts';

/** Why something that was booted ahead may not run a program, in the words of the wire; undefined when it may. */
export function coldReason(
  request: ExecutionRequest,
  runtime: Runtime,
  policy: EffectivePolicy,
  bootedWith: EffectivePolicy,
): string | undefined {
  const { hot } = runtime;
  if (hot.hook === '') return undefined;
  if (request.source.kind === 'command') return 'command';
  if (request.setupScript !== '') return 'setup_script';
  if (posix.resolve(WORKSPACE, request.workingDirectory) !== WORKSPACE) return 'working_directory';
  const variable = Object.keys(request.env).find((name) => hot.coldVariables.test(name));
  if (variable !== undefined) return `env.${variable}`;
  const file = request.files.findIndex(({ path }) => hot.coldFiles.test(relative(path)));
  if (file >= 0) return `files[${file}]`;
  if (hot.sizedAtBoot && policy.limits.memoryBytes !== bootedWith.limits.memoryBytes) {
    return 'policy.limits.memory_bytes';
  }
  if (hot.sizedAtBoot && policy.limits.cpuCores !== bootedWith.limits.cpuCores) return 'policy.limits.cpu_cores';
  return undefined;
}

function relative(path: string): string {
  return posix.relative(WORKSPACE, posix.resolve(WORKSPACE, path));
}
