import { type ExecuteRequest, OnDisconnect, StdinMode } from '../../../gen/isol8/v1/execution_pb.ts';
import type { ExecutionRequest, Source } from '../../engine/types.ts';
import { fromPolicy } from './policy.ts';
import { Violations } from './violations.ts';

const MAX_LABELS = 64;
const MAX_LABEL_LENGTH = 256;

/**
 * Wire to engine. Checks what is about the wire: presence, clashes, numbers that no enum has, and the parts of the
 * contract that are not built. What depends on limits is the engine's to check.
 *
 * @throws EngineError INVALID_FIELD or NOT_IMPLEMENTED with every field that is wrong
 */
export function fromExecuteRequest(request: ExecuteRequest, tenant: string): ExecutionRequest {
  const violations = new Violations();
  if (request.runtime === '') violations.wrong('runtime', 'is required: python, node, bun, deno or bash');
  const source = fromSource(request, violations);
  checkStdin(request, violations);
  checkNames(request, violations);
  checkUnbuilt(request, violations);
  const policy = fromPolicy(request.policy, violations);
  violations.throwIfAny();
  return {
    tenant,
    runtime: request.runtime,
    source,
    arguments: request.arguments,
    env: request.env,
    stdin: request.stdin,
    workingDirectory: request.workingDirectory,
    files: request.files.map(({ path, content, mode }) => ({ path, content, mode })),
    outputPaths: request.outputPaths,
    setupScript: request.setupScript,
    policy,
    labels: request.labels,
  };
}

function fromSource({ source }: ExecuteRequest, violations: Violations): Source {
  switch (source.case) {
    case 'code':
      return { kind: 'code', code: source.value };
    case 'command':
      if (source.value.includes('\0')) violations.wrong('command', 'must not contain a NUL');
      return { kind: 'command', command: source.value };
    case 'codeUrl':
      violations.unbuilt('code_url', 'Fetching code');
      break;
    default:
      violations.wrong('source', 'exactly one of code, command, code_url must be set');
  }
  return { kind: 'code', code: '' };
}

function checkStdin({ stdin, stdinMode }: ExecuteRequest, violations: Violations): void {
  switch (stdinMode) {
    case StdinMode.UNSPECIFIED:
    case StdinMode.BYTES:
      return;
    case StdinMode.CLOSED:
      if (stdin.length > 0) violations.wrong('stdin_mode', 'CLOSED clashes with stdin, which is not empty: use BYTES');
      return;
    case StdinMode.INTERACTIVE:
      violations.unbuilt('stdin_mode', 'INTERACTIVE');
      return;
    default:
      violations.wrong('stdin_mode', `${stdinMode} is none of CLOSED, BYTES, INTERACTIVE`);
  }
}

function checkNames(request: ExecuteRequest, violations: Violations): void {
  for (const [name, value] of Object.entries(request.env)) {
    const field = `env[${JSON.stringify(name)}]`;
    if (name === '') violations.wrong(field, 'a variable needs a name');
    else if (/[=\0]/.test(name)) violations.wrong(field, 'a name must not contain `=` or NUL');
    if (value.includes('\0')) violations.wrong(field, 'a value must not contain a NUL');
  }
  request.arguments.forEach((argument, i) => {
    if (argument.includes('\0')) violations.wrong(`arguments[${i}]`, 'must not contain a NUL');
  });
  if (request.workingDirectory.includes('\0')) violations.wrong('working_directory', 'must not contain a NUL');
  request.files.forEach(({ path, mode }, i) => {
    if (path === '') violations.wrong(`files[${i}].path`, 'a file needs a path');
    if (mode > 0o777) violations.wrong(`files[${i}].mode`, `0${mode.toString(8)} has more than permission bits (0777)`);
  });
  request.outputPaths.forEach((path, i) => {
    if (path === '') violations.wrong(`output_paths[${i}]`, 'must not be empty');
  });
  const labels = Object.entries(request.labels);
  if (labels.length > MAX_LABELS) violations.wrong('labels', `${labels.length} are more than ${MAX_LABELS}`);
  for (const [name, value] of labels) {
    if (name === '') violations.wrong('labels[""]', 'a label needs a name');
    if (name.length > MAX_LABEL_LENGTH || value.length > MAX_LABEL_LENGTH) {
      violations.wrong(
        `labels[${JSON.stringify(name)}]`,
        `names and values have ${MAX_LABEL_LENGTH} characters at most`,
      );
    }
  }
}

function checkUnbuilt(request: ExecuteRequest, violations: Violations): void {
  if (request.requestId !== '') violations.unbuilt('request_id', 'Recognising a repeated request');
  if (request.sessionId !== '') violations.unbuilt('session_id', 'A session');
  if (request.createSessionIfMissing) violations.unbuilt('create_session_if_missing', 'A session');
  if (request.context !== '') violations.unbuilt('context', 'A context');
  if (request.packages.length > 0) violations.unbuilt('packages', 'Installing packages');
  if (Object.keys(request.secrets).length > 0) violations.unbuilt('secrets', 'Masking');
  if (request.image !== '') violations.unbuilt('image', 'A choice of image');
  switch (request.onDisconnect) {
    case OnDisconnect.UNSPECIFIED:
    case OnDisconnect.CANCEL:
      return;
    case OnDisconnect.DETACH:
      violations.unbuilt('on_disconnect', 'DETACH');
      return;
    default:
      violations.wrong('on_disconnect', `${request.onDisconnect} is neither CANCEL nor DETACH`);
  }
}
