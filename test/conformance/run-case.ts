import { createHash, randomBytes } from 'node:crypto';
import { fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import type { Metadata } from 'nice-grpc';
import {
  ExecuteRequestSchema,
  type ExecuteResponse,
  ExecuteResponseSchema,
  OutputStream,
  Phase,
} from '../../gen/isol8/v1/execution_pb.ts';
import { millisecondsOf } from '../../src/engine/guest/duration.ts';
import { type Refusal, refusalOf, type TestClient } from '../support/client.ts';
import type { Step } from './case.ts';

/** What a step gave, however it was called. */
export interface Observed {
  readonly refusal?: Refusal;
  readonly response?: ExecuteResponse;
  /** The response as JSON, for what is checked by name. */
  readonly json: JsonObject;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: readonly { path: string; mode: number; content: string; sha256: string }[];
  readonly phases: readonly string[];
  readonly outputEvents: number;
  /** From the first output to the end of a stream. */
  readonly firstOutputBeforeEndMs: number;
  /** SHA-256 of generated files. */
  readonly generated: readonly string[];
}

const NOTHING = { json: {}, stdout: '', stderr: '', files: [], phases: [], outputEvents: 0, firstOutputBeforeEndMs: 0 };

/** Sends the request of a step. */
export async function observe(client: TestClient, step: Step, stream: boolean): Promise<Observed> {
  const { request, generated } = requestOf(step);
  let trailer: Metadata | undefined;
  const onTrailer = (metadata: Metadata) => {
    trailer = metadata;
  };
  try {
    if (stream) return { ...(await observeStream(client, request, onTrailer)), generated };
    const response = await client.isol8.execute(request, { onTrailer });
    const files = response.files.map((file) => ({
      path: file.path,
      mode: file.mode,
      content: Buffer.from(file.content).toString('base64'),
      sha256: file.sha256,
    }));
    const { stdout, stderr } = response;
    return { ...NOTHING, response, json: jsonOf(response), stdout, stderr, files, generated };
  } catch (error) {
    return { ...NOTHING, refusal: refusalOf(error, trailer), generated };
  }
}

function requestOf(step: Step) {
  const request = fromJson(ExecuteRequestSchema, step.request);
  const generated: string[] = [];
  for (const { path, bytes } of step.generatedFiles ?? []) {
    const content = randomBytes(bytes);
    generated.push(createHash('sha256').update(content).digest('hex'));
    request.files.push({ $typeName: 'isol8.v1.InputFile', path, content, mode: 0 });
  }
  return { request, generated };
}

async function observeStream(
  client: TestClient,
  request: ReturnType<typeof requestOf>['request'],
  onTrailer: (metadata: Metadata) => void,
): Promise<Omit<Observed, 'generated'>> {
  const text = { stdout: '', stderr: '' };
  const phases: string[] = [];
  const files = new Map<string, { mode: number; chunks: Uint8Array[] }>();
  let outputEvents = 0;
  let firstOutput: number | undefined;
  let sequence = 0n;
  let response: ExecuteResponse | undefined;
  for await (const { event } of client.isol8.executeStream({ execute: request }, { onTrailer })) {
    if (event === undefined || response !== undefined) throw new Error('an event without content, or after finished');
    sequence += 1n;
    if (event.sequence !== sequence) throw new Error(`sequence ${event.sequence} where ${sequence} was due`);
    const { case: kind, value } = event.event;
    if (kind === 'output') {
      outputEvents += 1;
      firstOutput ??= performance.now();
      const piece =
        value.content.case === 'text' ? value.content.value : Buffer.from(value.content.value ?? []).toString();
      text[value.stream === OutputStream.STDOUT ? 'stdout' : 'stderr'] += piece;
    } else if (kind === 'phase') {
      phases.push(`PHASE_${phaseName(value.phase)}`);
    } else if (kind === 'file') {
      const file = files.get(value.path) ?? { mode: value.mode, chunks: [] };
      file.chunks.push(value.chunk);
      files.set(value.path, file);
    } else if (kind === 'finished') {
      response = value;
    }
  }
  if (response === undefined) throw new Error('a stream without finished');
  const whole = [...files].map(([path, { mode, chunks }]) => {
    const content = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path, mode, content: content.toString('base64'), sha256 };
  });
  const firstOutputBeforeEndMs = performance.now() - (firstOutput ?? performance.now());
  return { response, json: jsonOf(response), ...text, files: whole, phases, outputEvents, firstOutputBeforeEndMs };
}

function phaseName(phase: Phase): string | undefined {
  return Object.entries(Phase).find(([, value]) => value === phase)?.[0];
}

function jsonOf(response: ExecuteResponse): JsonObject {
  return toJson(ExecuteResponseSchema, response) as JsonObject;
}

/** How long the program ran, in milliseconds. */
export function runMs(response: ExecuteResponse): number {
  const { timings } = response;
  const duration = timings?.run ?? timings?.setup;
  return duration === undefined ? Number.NaN : millisecondsOf(duration);
}
