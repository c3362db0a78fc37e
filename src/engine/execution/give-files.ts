import { MAX_OUTPUT_FILES, OUTPUT_FILES_TIMEOUT_MS } from '../constants.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { MissingOutputPath, Outcome } from '../types.ts';
import type { RunningExecution } from './execution.ts';
import { MissingPaths } from './missing-paths.ts';
import type { ExecutionPlan } from './orders.ts';

/** Gives the files back that an execution names, and returns those that could not be given. */
export async function giveFiles(
  { request, policy, mask }: ExecutionPlan,
  execution: RunningExecution,
  sandbox: Sandbox,
  outcome: Outcome,
): Promise<MissingOutputPath[]> {
  const patterns = request.outputPaths;
  const { signal } = execution;
  const none = (reason: string) => patterns.map((path) => ({ path, reason }));
  if (patterns.length === 0) return [];
  if (!sandbox.isBusy) return none(`was not read: the execution ended as ${outcome}`);
  if (signal.aborted) return none('was not read: the execution was cancelled');
  const missing = new MissingPaths();
  const over = AbortSignal.any([signal, AbortSignal.timeout(OUTPUT_FILES_TIMEOUT_MS)]);
  const onOver = () => execution.release();
  over.addEventListener('abort', onOver, { once: true });
  execution.restrain();
  try {
    const parts = sandbox.guest.readFiles(patterns, policy.limits.workspaceBytes, MAX_OUTPUT_FILES, over);
    for await (const part of parts) {
      // A name that is masked would be another file's.
      const isNamed = mask.text(part.path) === part.path;
      if (part.kind === 'missing') missing.add({ path: part.path, reason: part.reason });
      else if (isNamed) await execution.emit({ ...part, kind: 'file' });
      else if (part.last) missing.add({ path: part.path, reason: 'has the value of a secret in its name' });
    }
  } catch {
    return [...missing.list(), ...none('was not read to its end: the reader was too slow, or the sandbox was lost')];
  } finally {
    over.removeEventListener('abort', onOver);
  }
  return missing.list();
}
