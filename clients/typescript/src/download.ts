import { createHash } from 'node:crypto';
import type { Calls } from './calls.ts';
import { ConnectionLostError, InternalError } from './errors.ts';
import type { ReadFileRequest } from './gen/isol8/v1/file_pb.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import { Incoming } from './incoming.ts';
import type { CallOptions } from './options.ts';

/** A file to read. */
export interface Download {
  readonly calls: Calls;
  readonly request: ReadFileRequest;
  readonly options: CallOptions;
}

/** All of it. */
export async function readBytes(download: Download): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(download)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** As it comes; the call is made when it is first read. */
export function readStream(open: () => Download): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(open()));
}

async function* chunksOf({ calls, request, options }: Download): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let said = '';
  for await (const { part } of Incoming.open(calls, Isol8Service.method.readFile, request, options)) {
    if (part.case === 'sha256') said = part.value;
    if (part.case !== 'chunk') continue;
    hash.update(part.value);
    yield part.value;
  }
  if (said === '') throw new ConnectionLostError(`${request.path} did not come whole`, { code: 'UNAVAILABLE' });
  if (said !== hash.digest('hex')) {
    throw new InternalError(`${request.path} did not come as the server sent it`, { code: 'DATA_LOSS' });
  }
}
