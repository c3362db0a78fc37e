import type { Calls } from './calls.ts';
import { toExecuteRequest } from './convert/request.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import type { CallOptions } from './options.ts';
import { Result } from './result.ts';
import type { ExecuteRequest } from './types/request.ts';

/** Runs a program to its end. */
export async function execute(calls: Calls, request: ExecuteRequest, options?: CallOptions): Promise<Result> {
  return new Result(await calls.unary(Isol8Service.method.execute, toExecuteRequest(request), options));
}
