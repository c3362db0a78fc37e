import { codeRequest as requestOf } from './code-request.ts';
import type { ExecutionRequest } from './types.ts';

/** A request of the tests' tenant with nothing in it but a program. */
export function codeRequest(runtime: string, code: string, changes: Partial<ExecutionRequest> = {}): ExecutionRequest {
  return requestOf('test', runtime, code, changes);
}
