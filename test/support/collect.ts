import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type ExecuteRequestSchema, type ExecuteResponse, OutputStream } from '../../gen/isol8/v1/execution_pb.ts';
import type { Isol8Client } from './client.ts';

/** What a test asks for. */
export type Request = Exclude<MessageInitShape<typeof ExecuteRequestSchema>, { $typeName: string }>;

/** A request of one program. */
export function program(runtime: string, code: string, more: Partial<Request> = {}): Request {
  return { runtime, source: { case: 'code', value: code }, ...more };
}

/** What a stream added up to. */
export interface Whole {
  readonly finished: ExecuteResponse;
  /** Text and data, joined. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Output events in their order: what was text, and how many bytes came as data. */
  readonly texts: readonly string[];
  readonly dataBytes: number;
  readonly outputEvents: number;
  /** Output files: size and the SHA-256 of what came. */
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string; readonly said: string }>;
}

/** Reads a stream to its end. */
export async function collect(isol8: Isol8Client, execute: Request): Promise<Whole> {
  return await collectEvents(isol8.executeStream({ execute }));
}

/** Reads the events of a stream that was begun already. */
export async function collectEvents(events: ReturnType<Isol8Client['executeStream']>): Promise<Whole> {
  const pieces: Record<number, Uint8Array[]> = { [OutputStream.STDOUT]: [], [OutputStream.STDERR]: [] };
  const texts: string[] = [];
  const files = new Map<string, { bytes: number; hash: ReturnType<typeof createHash>; said: string }>();
  let dataBytes = 0;
  let outputEvents = 0;
  let finished: ExecuteResponse | undefined;
  for await (const { event } of events) {
    const body = event?.event;
    if (finished !== undefined) throw new Error(`${body?.case} after finished`);
    if (body?.case === 'output') {
      outputEvents += 1;
      const { content, stream } = body.value;
      if (content.case === 'text') texts.push(content.value);
      const bytes = content.case === 'text' ? Buffer.from(content.value) : (content.value ?? new Uint8Array());
      if (content.case === 'data') dataBytes += bytes.length;
      pieces[stream]?.push(bytes);
    } else if (body?.case === 'file') {
      const { path, chunk, sha256 } = body.value;
      const file = files.get(path) ?? { bytes: 0, hash: createHash('sha256'), said: '' };
      file.bytes += chunk.length;
      file.hash.update(chunk);
      file.said = sha256;
      files.set(path, file);
    } else if (body?.case === 'finished') {
      finished = body.value;
    }
  }
  if (finished === undefined) throw new Error('a stream without finished');
  return {
    finished,
    stdout: Buffer.concat(pieces[OutputStream.STDOUT] ?? []),
    stderr: Buffer.concat(pieces[OutputStream.STDERR] ?? []),
    texts,
    dataBytes,
    outputEvents,
    files: new Map([...files].map(([path, { hash, ...file }]) => [path, { ...file, sha256: hash.digest('hex') }])),
  };
}

/** SHA-256 as programs print it. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
