import { type ExecuteRequest, OnDisconnect, StdinMode } from '../../../gen/isol8/v1/execution_pb.ts';
import type { FieldViolation } from '../../engine/errors.ts';
import type { ExecutionRequest, Source } from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import type { Caller } from '../interceptors/context.ts';
import { fromPolicy } from './policy.ts';
import { Violations } from './violations.ts';

/** A request as the engine takes it, and what is wrong with it on the wire. */
export interface Converted {
  readonly request: ExecutionRequest;
  readonly violations: readonly FieldViolation[];
}

/**
 * Wire to engine. Finds what is about the wire: clashes, numbers that no enum has, and the parts of the contract that
 * are not built. Whether a value makes sense (a runtime, a path, a limit) is the engine's to check, which refuses both
 * together.
 */
export function fromExecuteRequest(request: ExecuteRequest, { tenant, grant }: Caller): Converted {
  const violations = new Violations();
  const source = fromSource(request, violations);
  checkStdin(request, violations);
  checkUnbuilt(request, violations);
  const policy = fromPolicy(request.policy, violations);
  const converted = {
    tenant,
    runtime: request.runtime,
    source,
    arguments: request.arguments,
    env: request.env,
    secrets: request.secrets,
    stdin: request.stdin,
    workingDirectory: request.workingDirectory,
    files: request.files.map(({ path, content, mode }) => ({ path, content, mode })),
    outputPaths: request.outputPaths,
    setupScript: request.setupScript,
    policy,
    ...known({ grant }),
    labels: request.labels,
    ...known({ session: fromPlace(request, violations) }),
    ...known({ context: request.context || undefined }),
    ...known({ interactive: request.stdinMode === StdinMode.INTERACTIVE || undefined }),
  };
  return { request: converted, violations: violations.all };
}

function fromSource({ source }: ExecuteRequest, violations: Violations): Source {
  switch (source.case) {
    case 'code':
      return { kind: 'code', code: source.value };
    case 'command':
      return { kind: 'command', command: source.value };
    case 'codeUrl':
      violations.unbuilt('code_url', 'Fetching code');
      break;
    default:
      violations.wrong('source', 'exactly one of code and command must be set');
  }
  // Stands for what is refused; a blank one would be refused once more.
  return { kind: 'command', command: ':' };
}

function checkStdin({ stdin, stdinMode }: ExecuteRequest, violations: Violations): void {
  switch (stdinMode) {
    case StdinMode.UNSPECIFIED:
    case StdinMode.BYTES:
      return;
    case StdinMode.CLOSED:
      if (stdin.length > 0) violations.wrong('stdin_mode', 'is CLOSED, and stdin is not empty: use BYTES');
      return;
    case StdinMode.INTERACTIVE:
      return;
    default:
      violations.wrong('stdin_mode', `is ${stdinMode}, which is none of CLOSED, BYTES and INTERACTIVE`);
  }
}

function fromPlace({ sessionId, createSessionIfMissing }: ExecuteRequest, violations: Violations) {
  if (sessionId !== '') return { id: sessionId, create: createSessionIfMissing };
  if (createSessionIfMissing) violations.wrong('create_session_if_missing', 'is set, and session_id names no session');
  return undefined;
}

function checkUnbuilt(request: ExecuteRequest, violations: Violations): void {
  if (request.requestId !== '') violations.unbuilt('request_id', 'Recognising a repeated request');
  if (request.packages.length > 0) violations.unbuilt('packages', 'Installing packages');
  if (request.image !== '') violations.unbuilt('image', 'A choice of image');
  switch (request.onDisconnect) {
    case OnDisconnect.UNSPECIFIED:
    case OnDisconnect.CANCEL:
      return;
    case OnDisconnect.DETACH:
      violations.unbuilt('on_disconnect', 'DETACH');
      return;
    default:
      violations.wrong('on_disconnect', `is ${request.onDisconnect}, which is not CANCEL`);
  }
}
