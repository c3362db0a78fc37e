import type { DockerInfo } from '../docker/info.ts';
import type { RuntimeClass } from '../policy/rules.ts';

/** What the runtimes of this Docker enforce. */
export function runtimeClasses(
  info: DockerInfo,
  accepted: ReadonlyMap<string, readonly string[]>,
): Map<string, RuntimeClass> {
  return new Map(info.runtimeClasses.map((name) => [name, { unenforced: [], accepted: accepted.get(name) ?? [] }]));
}
