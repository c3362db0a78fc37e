import { DISPLAY_BYTES, MAX_INLINE_CODE_BYTES } from '../constants.ts';
import type { CellOrder } from '../guest/cell.ts';
import type { RunOrder } from '../guest/run.ts';
import type { Lease } from '../pool/pool.ts';
import { codeArgv, commandArgv, type Runtime, WORKSPACE } from '../runtimes/runtime.ts';
import type { Mask } from '../secrets/mask.ts';
import type { EffectivePolicy, ExecutionRequest, InputFile, Source } from '../types.ts';
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
  /** The session that it runs in; undefined for a sandbox of its own. */
  readonly session?:
    | {
        readonly id: string;
        /** Says whether an interpreter of it lives. */
        readonly noteContext: (name: string, lives: boolean) => void;
      }
    | undefined;
}

/** The order of one phase, but for its name and what is left of the time. */
export type PhaseOrder = Omit<RunOrder, 'runId' | 'timeoutMs'>;

/** What is written before anything runs: the caller's files, and code that is too large to go with its order. */
export function inputFiles({ request, runtime }: ExecutionPlan, { mainFile = runtime.mainFile }: Lease): InputFile[] {
  const { source, files } = request;
  if (source.kind === 'command' || !isFile(source)) return [...files];
  return [...files, { path: mainFile, mode: 0o644, content: Buffer.from(source.code) }];
}

/** Runs the set-up script. Its processes may stay for the program. */
export function setupOrder(plan: ExecutionPlan, lease: Lease): PhaseOrder {
  return {
    ...commonOrder(plan, lease),
    argv: ['bash', '-c', '--', plan.request.setupScript],
    workingDirectory: WORKSPACE,
    keepProcesses: true,
    hot: false,
  };
}

/** Runs the program; `hot` allows that in what was booted ahead. */
export function programOrder(plan: ExecutionPlan, lease: Lease, hot: boolean): PhaseOrder {
  const { request, runtime, session } = plan;
  const { source } = request;
  const { mainFile = runtime.mainFile } = lease;
  return {
    ...commonOrder(plan, lease),
    argv:
      source.kind === 'code'
        ? codeArgv(runtime, request.arguments, mainFile)
        : commandArgv(source.command, request.arguments),
    workingDirectory: request.workingDirectory === '' ? WORKSPACE : request.workingDirectory,
    keepProcesses: session !== undefined,
    ...(source.kind === 'code' && !isFile(source)
      ? {
          mainFile: {
            path: `${WORKSPACE}/${mainFile}`,
            content: Buffer.from(source.code),
            temporary: session !== undefined,
          },
        }
      : {}),
    hot,
  };
}

/** Runs code in a context of a session; `hot` allows a new one to begin in what was booted ahead. */
export function cellOrder(
  { request, runtime, policy, hasCaBundle }: ExecutionPlan,
  { sandbox }: Lease,
  context: string,
  hot: boolean,
): Omit<CellOrder, 'runId' | 'timeoutMs'> {
  const { source, env, secrets } = request;
  const { limits } = policy;
  return {
    context,
    driver: runtime.name,
    argv: runtime.interpreter,
    environment: programEnvironment(runtime, sandbox.imageEnvironment, hasCaBundle, {}),
    cellEnvironment: Object.entries({ ...env, ...secrets }).map(([name, value]) => `${name}=${value}`),
    code: Buffer.from(source.kind === 'code' ? source.code : ''),
    stdin: request.stdin,
    workingDirectory: request.workingDirectory,
    outputBytes: limits.outputBytes,
    killOnOutputLimit: policy.onOutputLimit === 'KILL',
    maxProcesses: limits.processes,
    maxOpenFiles: limits.openFiles,
    displayBytes: DISPLAY_BYTES,
    hot,
  };
}

function commonOrder({ request, runtime, policy, hasCaBundle, session }: ExecutionPlan, { sandbox }: Lease) {
  const { limits } = policy;
  const callers = { ...request.env, ...request.secrets };
  return {
    environment: programEnvironment(runtime, sandbox.imageEnvironment, hasCaBundle, callers),
    outputBytes: limits.outputBytes,
    killOnOutputLimit: policy.onOutputLimit === 'KILL',
    maxProcesses: limits.processes,
    maxOpenFiles: limits.openFiles,
    memoryBytes: limits.memoryBytes,
    shared: session !== undefined,
  };
}

/** Whether it is code that is too large to go with its order, and is written before as a file. */
export function isFile(source: Source): boolean {
  return source.kind === 'code' && Buffer.byteLength(source.code) > MAX_INLINE_CODE_BYTES;
}
