import { z } from 'zod';
import { runPhase } from '../execution/run-phase.ts';
import { PROBE_PROGRAM } from '../guest/volume.ts';
import type { ENFORCEABLE } from '../policy/operator.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { EffectivePolicy, Limits } from '../types.ts';
import type { SandboxFactory } from './factory.ts';
import type { Sandbox } from './sandbox.ts';
import { containerMemoryBytes } from './spec.ts';

const MIB = 1024 * 1024;

/** What a sandbox is probed with: little, so that it is soon used up. */
export const PROBE_LIMITS: Limits = {
  timeoutMs: 10_000,
  memoryBytes: 64 * MIB,
  cpuCores: 0.5,
  processes: 32,
  outputBytes: 64 * 1024,
  workspaceBytes: MIB,
  tmpBytes: MIB,
  openFiles: 64,
};

/** What it is changed to while it runs. */
const CHANGED_LIMITS: Limits = { ...PROBE_LIMITS, memoryBytes: 16 * MIB, cpuCores: 1, processes: 33 };

/** What a probe in a sandbox says, as guest/internal/probe has it. */
const findings = z.object({
  tasks: z.number(),
  openFiles: z.number(),
  workspaceBytes: z.number(),
  tmpBytes: z.number(),
  slowedDown: z.boolean(),
  filtered: z.boolean(),
  swapBytes: z.number(),
  reached: z.array(z.string()),
});

/** What a runtime class really does. */
export interface Probed {
  /** Fields of a policy that it does not enforce. */
  readonly unenforced: readonly string[];
  /** Whether Docker can change the limits of a sandbox that runs. */
  readonly updates: boolean;
  /** Whether the machine has swap. */
  readonly swap: boolean;
}

/** The guest's own image as a runtime. */
export function probeRuntime(image: string): Runtime {
  const nothing = { mainFile: '', interpreter: [], environment: {}, hook: '', sizedAtBoot: false, memoryFloorBytes: 0 };
  return { name: 'probe', image, ...nothing };
}

/**
 * Tries in a sandbox of its own what a policy with `PROBE_LIMITS` really holds.
 *
 * @throws Error when no sandbox works, or one in which the code can get at its guest
 */
export async function probeSandbox(
  factory: Pick<SandboxFactory, 'create' | 'retune'>,
  policy: EffectivePolicy,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Probed> {
  await using sandbox = await factory.create(policy, runtime, signal);
  const { limits } = policy;
  const { end, stdout } = await run(sandbox, ['limits', String(limits.cpuCores)], limits.memoryBytes, signal);
  const found = findings.parse(JSON.parse(stdout));
  if (found.reached.length > 0) throw new Error(`code can get at its guest: ${found.reached.sort().join(', ')}`);
  const unenforced: [(typeof ENFORCEABLE)[number], boolean][] = [
    ['limits.processes', found.tasks > limits.processes],
    ['limits.open_files', found.openFiles > limits.openFiles],
    ['limits.workspace_bytes', found.workspaceBytes > limits.workspaceBytes],
    ['limits.tmp_bytes', found.tmpBytes > limits.tmpBytes],
    ['limits.cpu_cores', !found.slowedDown],
    ['isolation.seccomp', !found.filtered],
  ];
  const changed = { ...policy, limits: CHANGED_LIMITS };
  const updated = await factory.retune(sandbox, changed).then(
    () => true,
    () => false,
  );
  // Where the guest cannot read what the kernel counts, it can neither hold anybody to it nor tell what happened.
  const memory = end.usage.oomKills !== undefined && (await holdsTo(sandbox, CHANGED_LIMITS.memoryBytes, signal));
  const updates = memory && updated && (await holdsAll(sandbox, changed, signal));
  unenforced.push(['limits.memory_bytes', !updates && !(memory && (await holdsAll(sandbox, policy, signal)))]);
  return {
    unenforced: unenforced.flatMap(([field, is]) => (is ? [field] : [])),
    updates,
    swap: found.swapBytes > 0,
  };
}

/** Whether the guest holds a program to its memory. */
async function holdsTo(sandbox: Sandbox, memoryBytes: number, signal: AbortSignal): Promise<boolean> {
  const { end } = await report(sandbox, ['memory', String(2 * memoryBytes)], memoryBytes, signal);
  return end?.by === 'OUT_OF_MEMORY';
}

/** Whether the kernel holds the whole sandbox to what its policy comes to, which may end it. */
async function holdsAll(sandbox: Sandbox, policy: EffectivePolicy, signal: AbortSignal): Promise<boolean> {
  const much = containerMemoryBytes(policy) + CHANGED_LIMITS.memoryBytes;
  const { end } = await report(sandbox, ['memory', String(much)], 0, signal);
  return end === undefined ? await sandbox.ranOutOfMemory() : end.by === 'OUT_OF_MEMORY';
}

/**
 * Makes sure that a sandbox can be started with a policy, and a program in it.
 *
 * @throws Error when not
 */
export async function trySandbox(
  factory: Pick<SandboxFactory, 'create'>,
  policy: EffectivePolicy,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<void> {
  await using sandbox = await factory.create(policy, runtime, signal);
  const failure = await sandbox.boot({ hook: '', argv: [], environment: [] }, policy);
  if (failure !== undefined) throw new Error(failure);
  await run(sandbox, ['limits', '1'], policy.limits.memoryBytes, signal);
}

/** Runs the probe to an end of its own. */
async function run(sandbox: Sandbox, args: readonly string[], memoryBytes: number, signal: AbortSignal) {
  const { end, startFailure, lost, stdout } = await report(sandbox, args, memoryBytes, signal);
  if (end?.exitCode === 0) return { end, stdout };
  signal.throwIfAborted();
  const how = startFailure?.message ?? lost?.message ?? `exit code ${end?.exitCode}, signal ${end?.signal}`;
  throw new Error(`a program in it does not end well: ${how}`, { cause: lost });
}

async function report(sandbox: Sandbox, args: readonly string[], memoryBytes: number, signal: AbortSignal) {
  let stdout = '';
  const done = await runPhase(sandbox, {
    order: {
      runId: 'probe',
      argv: [PROBE_PROGRAM, 'probe', ...args],
      environment: ['GOMAXPROCS=1'],
      workingDirectory: '/sandbox',
      timeoutMs: PROBE_LIMITS.timeoutMs,
      outputBytes: PROBE_LIMITS.outputBytes,
      killOnOutputLimit: false,
      maxProcesses: PROBE_LIMITS.processes,
      maxOpenFiles: PROBE_LIMITS.openFiles,
      memoryBytes,
      keepProcesses: false,
      hot: false,
      shared: false,
    },
    stdin: new Uint8Array(),
    onOutput: async (stream, data) => {
      if (stream === 'STDOUT') stdout += Buffer.from(data).toString();
    },
    onEnding: () => {},
    signal,
  });
  return { ...done, stdout };
}
