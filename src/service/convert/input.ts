import type { SendInputRequest, SendSignalRequest } from '../../../gen/isol8/v1/execution_pb.ts';
import { refusal } from '../../engine/errors.ts';
import { Violations } from './violations.ts';

/** The most input of one call, in bytes. */
const MAX_INPUT_BYTES = 1024 * 1024;

/** Signals are 1 to this. */
const LAST_SIGNAL = 64;

/**
 * Wire to engine.
 *
 * @throws EngineError INVALID_FIELD
 */
export function fromSendInputRequest({ executionId, offset, data, end }: SendInputRequest) {
  const violations = new Violations();
  if (executionId === '')
    violations.wrong('execution_id', 'is required: the id from the metadata `isol8-execution-id`');
  if (offset < 0n) violations.wrong('offset', `must not be negative, and is ${offset}`);
  if (data.length > MAX_INPUT_BYTES) {
    violations.wrong('data', `is ${data.length} bytes and may be 1 MiB: send it in several calls`);
  }
  if (violations.all.length > 0) throw refusal(violations.all);
  return { executionId, offset: Number(offset), data, end };
}

/**
 * Wire to engine.
 *
 * @throws EngineError INVALID_FIELD
 */
export function fromSendSignalRequest({ executionId, signal }: SendSignalRequest) {
  const violations = new Violations();
  if (executionId === '')
    violations.wrong('execution_id', 'is required: the id from the metadata `isol8-execution-id`');
  if (signal < 1 || signal > LAST_SIGNAL) violations.wrong('signal', `must be 1 to ${LAST_SIGNAL}, and is ${signal}`);
  if (violations.all.length > 0) throw refusal(violations.all);
  return { executionId, signal };
}
