import { RUNTIMES } from '../../src/engine/runtimes/registry.ts';
import type { Runtime } from '../../src/engine/runtimes/runtime.ts';

/** What every program of `ONE_LINERS` prints. */
export const ANSWER = '42\n';

/** A runtime with a program of a line, and how its interpreter takes it as an argument. */
export interface OneLiner {
  readonly runtime: Runtime;
  readonly code: string;
  /** For raw containers, in whose /sandbox nobody writes a file. */
  readonly inline: readonly string[];
}

const JAVASCRIPT = 'console.log(6 * 7)';

const PROGRAMS: Readonly<Record<string, { readonly code: string; readonly inline: readonly string[] }>> = {
  python: { code: 'print(6 * 7)', inline: ['python3', '-u', '-c'] },
  node: { code: JAVASCRIPT, inline: ['node', '-e'] },
  bun: { code: JAVASCRIPT, inline: ['bun', '-e'] },
  deno: { code: JAVASCRIPT, inline: ['deno', 'eval'] },
  bash: { code: 'echo $((6 * 7))', inline: ['bash', '-c'] },
};

/** Each runtime of the server. */
export const ONE_LINERS: readonly OneLiner[] = RUNTIMES.map((runtime) => {
  const program = PROGRAMS[runtime.name];
  if (program === undefined) throw new Error(`the benchmark has no program for ${runtime.name}`);
  return { runtime, code: program.code, inline: [...program.inline, program.code] };
});

/** The one of a runtime. */
export function oneLiner(name: string): OneLiner {
  const found = ONE_LINERS.find(({ runtime }) => runtime.name === name);
  if (found === undefined) throw new Error(`there is no runtime ${name}`);
  return found;
}
