import type { FieldViolation } from '../errors.ts';
import { bash } from './bash.ts';
import { bun } from './bun.ts';
import { deno } from './deno.ts';
import { node } from './node.ts';
import { python } from './python.ts';
import type { Runtime } from './runtime.ts';

/** Every runtime, in the order in which they are shown. */
export const RUNTIMES: readonly Runtime[] = [python, node, bun, deno, bash];

/** The names of all runtimes, for people. */
export const RUNTIME_NAMES = RUNTIMES.map((runtime) => runtime.name).join(', ');

/** The runtime of a name; undefined when there is none. */
export function findRuntime(name: string): Runtime | undefined {
  return RUNTIMES.find((runtime) => runtime.name === name);
}

/** What is wrong with a name that no runtime has. */
export function noRuntime(name: string): FieldViolation {
  if (name === '') return { field: 'runtime', description: `is required: one of ${RUNTIME_NAMES}` };
  const description = `"${name.slice(0, 64)}" is unknown: use one of ${RUNTIME_NAMES}`;
  return { field: 'runtime', description, reason: 'UNKNOWN_RUNTIME' };
}
