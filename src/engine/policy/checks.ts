import { posix } from 'node:path';
import { showBytes } from '../../lib/bytes.ts';
import { MAX_INLINE_CODE_BYTES } from '../constants.ts';
import type { FieldViolation } from '../errors.ts';
import { type Runtime, WORKSPACE } from '../runtimes/runtime.ts';
import type { ExecutionRequest } from '../types.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkName, MAX_CONTEXT_NAME } from './check-session.ts';
import { checkText, checkVariable } from './check-text.ts';

/** Arguments and environment together; the kernel takes a little more. */
const MAX_ARGUMENTS_BYTES = 1024 * 1024;

const MAX_PATH_BYTES = 4095;
const MAX_NAME_BYTES = 255;
const MAX_FILES = 10_000;
const MAX_OUTPUT_PATHS = 1000;
const MAX_LABELS = 64;
const MAX_LABEL_LENGTH = 256;

type Check = (request: ExecutionRequest, runtime: Runtime | undefined) => Iterable<FieldViolation>;

/** Everything that is looked at, in the order in which violations are told. */
const CHECKS: readonly Check[] = [
  checkSource,
  checkArguments,
  checkEnvironment,
  checkSecrets,
  checkWorkingDirectory,
  checkFiles,
  checkOutputPaths,
  checkSetupScript,
  checkLabels,
  checkContext,
];

/** Everything that is wrong with a request beside its limits; what depends on the runtime only where that is known. */
export function checkRequest(request: ExecutionRequest, runtime: Runtime | undefined): FieldViolation[] {
  return CHECKS.flatMap((check) => [...check(request, runtime)]);
}

function* checkSource({ source }: ExecutionRequest): Iterable<FieldViolation> {
  if (source.kind === 'code') return;
  if (source.command.trim() === '') {
    yield { field: 'command', description: 'is blank: exactly one of code and command must say what to run' };
  }
  yield* checkText('command', source.command, 'send a longer one as code of the runtime bash');
}

function* checkArguments(request: ExecutionRequest): Iterable<FieldViolation> {
  let sum = 0;
  for (const [i, argument] of request.arguments.entries()) {
    yield* checkText(`arguments[${i}]`, argument, 'send longer data as stdin or files');
    sum += Buffer.byteLength(argument) + 1;
  }
  for (const [name, value] of [...Object.entries(request.env), ...Object.entries(request.secrets)]) {
    sum += Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
  }
  if (sum > MAX_ARGUMENTS_BYTES) {
    const most = showBytes(MAX_ARGUMENTS_BYTES);
    const description = `are ${sum} bytes together with env and secrets and may be ${most}: send longer data as stdin or files`;
    yield { field: 'arguments', description };
  }
}

function* checkEnvironment({ env }: ExecutionRequest): Iterable<FieldViolation> {
  for (const [name, value] of Object.entries(env)) yield* checkVariable('env', name, value);
}

function* checkWorkingDirectory({ workingDirectory }: ExecutionRequest): Iterable<FieldViolation> {
  const field = 'working_directory';
  const resolved = posix.resolve(WORKSPACE, workingDirectory);
  if (resolved !== WORKSPACE && !resolved.startsWith(`${WORKSPACE}/`)) {
    yield { field, description: `Working directory must be inside /sandbox, and this is ${resolved.slice(0, 200)}` };
  }
  yield* checkPath(field, workingDirectory);
}

function* checkFiles({ files, source }: ExecutionRequest, runtime: Runtime | undefined): Iterable<FieldViolation> {
  if (files.length > MAX_FILES) {
    yield {
      field: 'files',
      description: `are ${files.length} and may be ${MAX_FILES}: send more of them as one archive`,
    };
    return;
  }
  const seen = new Map<string, string>();
  if (source.kind === 'code' && runtime !== undefined) {
    seen.set(`${WORKSPACE}/${runtime.mainFile}`, `the code's own ${runtime.mainFile}`);
  }
  for (const [i, { path, mode }] of files.entries()) {
    const field = `files[${i}].path`;
    const resolved = posix.resolve(WORKSPACE, path);
    const first = seen.get(resolved);
    if (!resolved.startsWith(`${WORKSPACE}/`) || path.endsWith('/')) {
      yield { field, description: `is ${JSON.stringify(path.slice(0, 200))}: it must name a file below /sandbox` };
    } else if (first !== undefined) yield { field, description: `is the same file as ${first}` };
    else seen.set(resolved, field);
    yield* checkPath(field, path);
    if (mode < 0 || mode > 0o777) {
      yield { field: `files[${i}].mode`, description: 'must be permission bits, 0 to 0777 (octal)' };
    }
  }
  yield* checkNesting(seen);
}

/** No file can be where another one needs a directory. In this order, what is below a path comes right after it. */
function* checkNesting(fields: ReadonlyMap<string, string>): Iterable<FieldViolation> {
  const inOrder = [...fields].map(([path, field]) => ({ prefix: `${path}/`, field }));
  inOrder.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  let [above] = inOrder;
  for (const one of inOrder.slice(1)) {
    if (above !== undefined && one.prefix.startsWith(above.prefix)) {
      yield { field: one.field, description: `is below ${above.field}, which is a file` };
    } else above = one;
  }
}

function* checkOutputPaths({ outputPaths }: ExecutionRequest): Iterable<FieldViolation> {
  if (outputPaths.length > MAX_OUTPUT_PATHS) {
    yield { field: 'output_paths', description: `are ${outputPaths.length} and may be ${MAX_OUTPUT_PATHS}: use globs` };
    return;
  }
  for (const [i, path] of outputPaths.entries()) {
    const field = `output_paths[${i}]`;
    if (!posix.resolve(WORKSPACE, path).startsWith(`${WORKSPACE}/`)) {
      yield { field, description: `is ${JSON.stringify(path.slice(0, 200))}: it must be below /sandbox` };
    }
    yield* checkPath(field, path);
  }
}

function* checkSetupScript({ setupScript }: ExecutionRequest): Iterable<FieldViolation> {
  yield* checkText('setup_script', setupScript, 'send a longer one as a file and run that');
}

function* checkLabels({ labels }: ExecutionRequest): Iterable<FieldViolation> {
  yield* checkLabelMap('labels', labels);
}

function* checkContext({ context, source, arguments: given, session, interactive }: ExecutionRequest) {
  if (context === undefined) return;
  yield* checkName('context', context, MAX_CONTEXT_NAME);
  const no = (field: string, what: string) => ({ field, description: `${what} in a context: leave one of them out` });
  if (session === undefined) yield { field: 'context', description: 'is of a session: session_id must name one' };
  if (source.kind === 'command') yield no('command', 'cannot be run');
  if (given.length > 0) yield no('arguments', 'cannot be given to what runs');
  if (interactive) yield no('stdin_mode', 'cannot be INTERACTIVE');
  if (source.kind === 'code' && Buffer.byteLength(source.code) > MAX_INLINE_CODE_BYTES) {
    yield { field: 'code', description: `may be ${showBytes(MAX_INLINE_CODE_BYTES)} in a context` };
  }
}

/** What is wrong with labels. */
export function* checkLabelMap(field: string, labels: ExecutionRequest['labels']): Iterable<FieldViolation> {
  const entries = Object.entries(labels);
  const tooLong = entries.some(([name, value]) => name.length > MAX_LABEL_LENGTH || value.length > MAX_LABEL_LENGTH);
  if (entries.length > MAX_LABELS || tooLong) {
    const description = `may be ${MAX_LABELS}, with names and values of ${MAX_LABEL_LENGTH} characters each`;
    yield { field, description };
  }
}

function* checkPath(field: string, path: string): Iterable<FieldViolation> {
  const names = path.split('/');
  if (path.includes('\0')) yield { field, description: 'holds a NUL, which no path can' };
  if (Buffer.byteLength(path) > MAX_PATH_BYTES || names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    yield { field, description: `is too long: ${MAX_PATH_BYTES} bytes, and ${MAX_NAME_BYTES} for each name in it` };
  }
}
