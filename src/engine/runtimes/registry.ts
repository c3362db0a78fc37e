import { EngineError } from '../errors.ts';
import { bash } from './bash.ts';
import { bun } from './bun.ts';
import { deno } from './deno.ts';
import { node } from './node.ts';
import { python } from './python.ts';
import type { Runtime } from './runtime.ts';

/** Every runtime, in the order in which they are shown. */
export const RUNTIMES: readonly Runtime[] = [python, node, bun, deno, bash];

/**
 * The runtime of a name.
 *
 * @throws EngineError UNKNOWN_RUNTIME, naming those that there are
 */
export function findRuntime(name: string): Runtime {
  const found = RUNTIMES.find((runtime) => runtime.name === name);
  if (found !== undefined) return found;
  const known = RUNTIMES.map((runtime) => runtime.name).join(', ');
  const description =
    name === '' ? `is required: one of ${known}` : `"${name.slice(0, 64)}" is unknown: use one of ${known}`;
  throw new EngineError('UNKNOWN_RUNTIME', `runtime ${description}`, {
    violations: [{ field: 'runtime', description }],
    metadata: { runtimes: known },
  });
}
