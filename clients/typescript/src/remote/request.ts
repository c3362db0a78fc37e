import { refuse } from '../convert/value.ts';
import type { ExecuteRequest } from '../types/request.ts';
import { policyOf } from './policy.ts';
import type { ExecutionRequest, Isol8Options } from './types.ts';

const KNOWN = new Set<string>([
  'code',
  'codeUrl',
  'cmd',
  'codeHash',
  'allowInsecureCodeUrl',
  'runtime',
  'timeoutMs',
  'env',
  'fileExtension',
  'stdin',
  'files',
  'outputPaths',
  'installPackages',
  'metadata',
  'setupScript',
  'workdir',
  'agentFlags',
] satisfies (keyof ExecutionRequest)[]);

/** Extensions that a runtime's own file could have as well. */
const EXTENSIONS: Partial<Record<string, readonly string[]>> = {
  python: ['.py'],
  // What a program is, CommonJS or a module, is seen from its code.
  node: ['.js', '.mjs', '.cjs'],
  bun: ['.ts', '.js'],
  deno: ['.ts', '.mts', '.js'],
  bash: ['.sh'],
};

/** A request of the reference's shape as one of isol8. */
export function toRequest(request: ExecutionRequest, options: Isol8Options): ExecuteRequest {
  check(request);
  const { code, codeUrl, cmd, codeHash, runtime, timeoutMs, workdir, installPackages, metadata } = request;
  const { env, stdin, files, outputPaths, setupScript } = request;
  const { image, secrets } = options;
  return {
    runtime,
    ...(code !== undefined && { code }),
    ...(cmd !== undefined && { command: cmd }),
    ...(codeUrl !== undefined && { codeUrl: { url: codeUrl, sha256: codeHash?.toLowerCase() ?? '' } }),
    ...(env && { env }),
    ...(stdin && { stdin }),
    ...(files && { files }),
    ...(outputPaths && { outputPaths }),
    ...(setupScript && { setupScript }),
    ...(workdir !== undefined && { workingDirectory: workdir }),
    ...(installPackages && { packages: installPackages }),
    ...(metadata && { labels: metadata }),
    ...(secrets && { secrets }),
    ...(image !== undefined && { image }),
    policy: policyOf(options, timeoutMs ?? options.timeoutMs),
  };
}

function check(request: ExecutionRequest): void {
  const unknown = Object.keys(request).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) refuse(unknown, `there is no such field; there are ${[...KNOWN].join(', ')}`);
  const { runtime, codeHash, codeUrl, fileExtension, allowInsecureCodeUrl, agentFlags } = request;
  const given = (['code', 'codeUrl', 'cmd'] as const).filter((name) => (request[name] ?? '').trim() !== '');
  if (given.length > 1) refuse(given.join(', '), 'are mutually exclusive: give one of them');
  if (given.length === 0) refuse('code', 'is missing: a request has exactly one of code, codeUrl and cmd');
  if (codeHash !== undefined && codeUrl === undefined) refuse('codeHash', 'is that of a codeUrl, which is missing');
  if (allowInsecureCodeUrl === true) refuse('allowInsecureCodeUrl', 'cannot be had: code is fetched over https only');
  if (agentFlags !== undefined) refuse('agentFlags', 'cannot be had: there is no agent runtime');
  if (fileExtension === undefined) return;
  const extensions = EXTENSIONS[runtime] ?? [];
  if (!extensions.includes(fileExtension)) {
    refuse('fileExtension', `must be one of ${extensions.join(', ')} for ${runtime}, or left out`);
  }
}
