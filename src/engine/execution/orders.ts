import { MAX_INLINE_CODE_BYTES } from '../constants.ts';
import type { RunOrder } from '../guest/run.ts';
import { codeArgv, commandArgv, type Runtime, WORKSPACE } from '../runtimes/runtime.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Mask } from '../secrets/mask.ts';
import type { EffectivePolicy, ExecutionRequest, InputFile } from '../types.ts';
import { programEnvironment } from './environment.ts';

/** Everything that one execution needs, resolved. */
export interface ExecutionPlan {
  readonly request: ExecutionRequest;
  readonly runtime: Runtime;
  readonly policy: EffectivePolicy;
  /** Hides the request's secrets from what leaves. */
  readonly mask: Mask;
  /** Whether sandboxes are given certificates to trust. */
  readonly hasCaBundle: boolean;
  /** When the request came, as performance.now() has it. */
  readonly since: number;
}

/** The order of one phase, but for its name and what is left of the time. */
export type PhaseOrder = Omit<RunOrder, 'runId' | 'timeoutMs'>;

/** What is written before anything runs: the caller's files, and code that is too large to go with its order. */
export function inputFiles({ request, runtime }: ExecutionPlan): InputFile[] {
  const { source, files } = request;
  if (source.kind === 'command' || fits(source.code)) return [...files];
  return [...files, { path: runtime.mainFile, mode: 0o644, content: Buffer.from(source.code) }];
}

/** Runs the set-up script. Its processes may stay for the program. */
export function setupOrder(plan: ExecutionPlan, sandbox: Sandbox): PhaseOrder {
  return {
    ...commonOrder(plan, sandbox),
    argv: ['bash', '-c', '--', plan.request.setupScript],
    workingDirectory: WORKSPACE,
    keepProcesses: true,
    hot: false,
  };
}

/** Runs the program; `hot` allows that in what was booted ahead. */
export function programOrder(plan: ExecutionPlan, sandbox: Sandbox, hot: boolean): PhaseOrder {
  const { request, runtime } = plan;
  const { source } = request;
  return {
    ...commonOrder(plan, sandbox),
    argv:
      source.kind === 'code' ? codeArgv(runtime, request.arguments) : commandArgv(source.command, request.arguments),
    workingDirectory: request.workingDirectory === '' ? WORKSPACE : request.workingDirectory,
    keepProcesses: false,
    ...(source.kind === 'code' && fits(source.code)
      ? { mainFile: { path: `${WORKSPACE}/${runtime.mainFile}`, content: Buffer.from(source.code) } }
      : {}),
    hot,
  };
}

function commonOrder({ request, runtime, policy, hasCaBundle }: ExecutionPlan, sandbox: Sandbox) {
  const { limits } = policy;
  const callers = { ...request.env, ...request.secrets };
  return {
    environment: programEnvironment(runtime, sandbox.imageEnvironment, hasCaBundle, callers),
    outputBytes: limits.outputBytes,
    killOnOutputLimit: policy.onOutputLimit === 'KILL',
    maxProcesses: limits.processes,
    maxOpenFiles: limits.openFiles,
    memoryBytes: limits.memoryBytes,
  };
}

function fits(code: string): boolean {
  return Buffer.byteLength(code) <= MAX_INLINE_CODE_BYTES;
}
