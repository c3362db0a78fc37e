import type { ExecutionRequest } from './types.ts';

/** A request with nothing in it but a program. */
export function codeRequest(
  tenant: string,
  runtime: string,
  code: string,
  changes: Partial<ExecutionRequest> = {},
): ExecutionRequest {
  return {
    tenant,
    runtime,
    source: { kind: 'code', code },
    arguments: [],
    env: {},
    secrets: {},
    stdin: new Uint8Array(),
    workingDirectory: '',
    files: [],
    outputPaths: [],
    setupScript: '',
    policy: { limits: {} },
    labels: {},
    ...changes,
  };
}
