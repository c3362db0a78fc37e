import type { MessageShape } from '@bufbuild/protobuf';
import { ExecuteRequestSchema } from '../gen/isol8/v1/execution_pb.ts';
import type { Content, ExecuteRequest, InputFile } from '../types/request.ts';
import { toMessage } from './message.ts';
import { isPlain, refuse } from './value.ts';

/** An execution for the wire. */
export function toExecuteRequest(request: ExecuteRequest): MessageShape<typeof ExecuteRequestSchema> {
  if ((request as { timeoutMs?: unknown } | undefined)?.timeoutMs !== undefined) {
    refuse('timeoutMs', 'there is no such field: policy.limits.timeoutMs limits the program, and deadlineMs the call');
  }
  return toMessage(ExecuteRequestSchema, withFiles(request));
}

/** The same with files as a list, which callers may give by path. */
export function withFiles<T extends { readonly files?: ExecuteRequest['files'] }>(request: T): T {
  const { files } = request ?? {};
  if (!isPlain(files)) return request;
  const byPath = Object.entries(files as Readonly<Record<string, Content>>);
  return { ...request, files: byPath.map(([path, content]): InputFile => ({ path, content })) };
}
