import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type ExecutionEvent, ExecutionEventSchema } from '../../../gen/isol8/v1/execution_pb.ts';
import type * as engine from '../../engine/types.ts';
import { toDisplay } from './display.ts';
import { toDuration } from './duration.ts';
import { phases, streams } from './enums.ts';
import { toEffectivePolicy } from './policy.ts';
import { toExecuteResponse } from './result.ts';

/** Engine to wire. */
export function toExecutionEvent(event: engine.ExecutionEvent): ExecutionEvent {
  return create(ExecutionEventSchema, {
    sequence: BigInt(event.sequence),
    eventTime: timestampFromDate(event.time),
    event: toBody(event),
  });
}

function toBody(event: engine.ExecutionEventBody) {
  switch (event.kind) {
    case 'queued':
      return { case: 'queued' as const, value: { position: event.position } };
    case 'started':
      return {
        case: 'started' as const,
        value: {
          executionId: event.executionId,
          sessionId: event.sessionId,
          effectivePolicy: toEffectivePolicy(event.effectivePolicy),
          policyDigest: event.policyDigest,
          queued: toDuration(event.queuedMs),
        },
      };
    case 'phase':
      return { case: 'phase' as const, value: { phase: phases[event.phase] } };
    case 'text':
      return output(event.stream, { case: 'text', value: event.text });
    case 'data':
      return output(event.stream, { case: 'data', value: event.data });
    case 'display':
      return { case: 'display' as const, value: toDisplay(event.display) };
    case 'file': {
      const { path, mode, chunk, last, sha256 = '' } = event;
      return { case: 'file' as const, value: { path, mode, chunk, last, sha256 } };
    }
    case 'finished':
      return { case: 'finished' as const, value: toExecuteResponse(event.result) };
  }
}

function output(
  stream: engine.OutputStream,
  content: { case: 'text'; value: string } | { case: 'data'; value: Uint8Array },
) {
  return { case: 'output' as const, value: { stream: streams[stream], content } };
}
