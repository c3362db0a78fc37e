import type { CancelExecutionRequest } from '../../../gen/isol8/v1/execution_pb.ts';
import { refusal } from '../../engine/errors.ts';
import { Violations } from './violations.ts';

/**
 * Which execution is meant.
 *
 * @throws EngineError INVALID_FIELD or NOT_IMPLEMENTED
 */
export function fromCancelRequest({ execution }: CancelExecutionRequest): string {
  const violations = new Violations();
  if (execution.case === 'requestId') violations.unbuilt('request_id', 'Finding an execution by it');
  else if (execution.case === undefined || execution.value === '') {
    violations.wrong('execution_id', 'is required: the id from the metadata `isol8-execution-id`');
  }
  if (violations.all.length > 0) throw refusal(violations.all);
  return execution.value ?? '';
}
