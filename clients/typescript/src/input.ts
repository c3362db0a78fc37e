import type { Calls } from './calls.ts';
import { toMessage } from './convert/message.ts';
import { toBytes } from './convert/value.ts';
import { SendInputRequestSchema } from './gen/isol8/v1/execution_pb.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import type { CallOptions } from './options.ts';
import type { Content } from './types/request.ts';

/** What the server takes at once. */
const MAX_PIECE = 1024 * 1024;

/** Where in the input of an execution a piece belongs. */
export interface InputPlace {
  /** How many bytes came before, the request's `stdin` counted; 0. */
  readonly offset?: number;
  /** Whether the input ends after it; false. */
  readonly end?: boolean;
}

/** Sends input to an execution, in as many pieces as it takes; resolves to the offset after it. */
export async function sendInput(
  calls: Calls,
  executionId: string,
  content: Content,
  { offset: start = 0, end = false }: InputPlace,
  options: CallOptions,
): Promise<number> {
  const bytes = toBytes(content, 'data');
  let sent = 0;
  let offset = start;
  do {
    const data = bytes.subarray(sent, sent + MAX_PIECE);
    sent += data.length;
    const last = sent === bytes.length;
    const request = toMessage(SendInputRequestSchema, { executionId, offset, data, end: end && last });
    offset = Number((await calls.unary(Isol8Service.method.sendInput, request, options)).offset);
  } while (sent < bytes.length);
  return offset;
}
