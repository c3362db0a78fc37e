import { timestampDate } from '@bufbuild/protobuf/wkt';
import { DisplaySchema } from '../gen/isol8/v1/display_pb.ts';
import {
  type ExecutionEvent as EventMessage,
  ExecutionGapSchema,
  type ExecutionOutput,
  ExecutionPhaseSchema,
  ExecutionQueuedSchema,
  ExecutionStartedSchema,
  NetworkConnectionSchema,
  OutputStream,
} from '../gen/isol8/v1/execution_pb.ts';
import { FileChunkSchema } from '../gen/isol8/v1/file_pb.ts';
import { Result } from '../result.ts';
import type {
  ExecutionEvent,
  FileEvent,
  GapEvent,
  OutputEvent,
  PhaseEvent,
  QueuedEvent,
  StartedEvent,
} from '../types/event.ts';
import { toPlain } from './plain.ts';

/** An event as callers see it. */
export function toEvent({ sequence, eventTime, event }: EventMessage): ExecutionEvent {
  const base = {
    sequence: Number(sequence),
    time: eventTime === undefined ? new Date(0) : timestampDate(eventTime),
  };
  switch (event.case) {
    case 'started':
      return { ...base, type: 'started', ...toPlain<Body<StartedEvent>>(ExecutionStartedSchema, event.value) };
    case 'queued':
      return { ...base, type: 'queued', ...toPlain<Body<QueuedEvent>>(ExecutionQueuedSchema, event.value) };
    case 'phase':
      return { ...base, type: 'phase', ...toPlain<Body<PhaseEvent>>(ExecutionPhaseSchema, event.value) };
    case 'output':
      return { ...base, ...outputOf(event.value) };
    case 'display':
      return { ...base, type: 'display', display: toPlain(DisplaySchema, event.value) };
    case 'network':
      return { ...base, type: 'network', connection: toPlain(NetworkConnectionSchema, event.value) };
    case 'file':
      return { ...base, type: 'file', ...toPlain<Body<FileEvent>>(FileChunkSchema, event.value) };
    case 'gap':
      return { ...base, type: 'gap', ...toPlain<Body<GapEvent>>(ExecutionGapSchema, event.value) };
    case 'finished': {
      const result = new Result(event.value);
      const { outcome, exitCode } = result;
      return { ...base, type: 'exit', ...(exitCode !== undefined && { exitCode }), outcome, result };
    }
    default:
      return { ...base, type: 'unrecognized' };
  }
}

type Body<E> = Omit<E, 'type' | 'sequence' | 'time'>;

const STREAMS: Partial<Record<number, OutputEvent['type']>> = {
  [OutputStream.STDOUT]: 'stdout',
  [OutputStream.STDERR]: 'stderr',
};

function outputOf({
  stream,
  content,
}: ExecutionOutput): Pick<OutputEvent, 'type' | 'data' | 'bytes'> | { type: 'unrecognized' } {
  const type = STREAMS[stream];
  if (type === undefined || content.case === undefined) return { type: 'unrecognized' };
  if (content.case === 'text') return { type, data: content.value, bytes: new TextEncoder().encode(content.value) };
  // Not a fresh decoder's default, which would swallow a byte order mark.
  const data = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content.value);
  return { type, data, bytes: content.value };
}
