import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import { Status } from 'nice-grpc';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import type { EngineError, ErrorReason } from '../engine/errors.ts';

/** Where gRPC carries `google.rpc.Status`. */
export const DETAILS_TRAILER = 'grpc-status-details-bin';

/** The domain of every ErrorInfo. */
const ERROR_DOMAIN = 'isol8';

/** Which gRPC status each reason is. The one place that says so. */
export const statusOf = {
  INVALID_FIELD: Status.INVALID_ARGUMENT,
  UNKNOWN_RUNTIME: Status.INVALID_ARGUMENT,
  POLICY_CEILING_EXCEEDED: Status.INVALID_ARGUMENT,
  NOT_ENFORCEABLE: Status.FAILED_PRECONDITION,
  NOT_IMPLEMENTED: Status.UNIMPLEMENTED,
  API_KEY_MISSING: Status.UNAUTHENTICATED,
  API_KEY_INVALID: Status.UNAUTHENTICATED,
  REQUEST_TOO_LARGE: Status.RESOURCE_EXHAUSTED,
  EXECUTION_NOT_FOUND: Status.NOT_FOUND,
  QUEUE_FULL: Status.RESOURCE_EXHAUSTED,
  SERVER_DRAINING: Status.UNAVAILABLE,
  DOCKER_UNAVAILABLE: Status.UNAVAILABLE,
  IMAGE_MISSING: Status.FAILED_PRECONDITION,
  SANDBOX_START_FAILED: Status.UNAVAILABLE,
  CALL_ENDED: Status.CANCELLED,
  INTERNAL: Status.INTERNAL,
  SESSION_NOT_FOUND: Status.NOT_FOUND,
  SESSION_EXISTS: Status.ALREADY_EXISTS,
  SESSION_BUSY: Status.RESOURCE_EXHAUSTED,
  QUOTA_EXCEEDED: Status.RESOURCE_EXHAUSTED,
  FILE_NOT_FOUND: Status.NOT_FOUND,
  FILE_REFUSED: Status.FAILED_PRECONDITION,
  DISK_FULL: Status.RESOURCE_EXHAUSTED,
  INPUT_REFUSED: Status.FAILED_PRECONDITION,
} as const satisfies Record<ErrorReason, Status>;

/** An error as gRPC sends it. */
export interface WireError {
  readonly code: Status;
  /** One line. */
  readonly message: string;
  /** A serialized `google.rpc.Status`, for the trailer. */
  readonly details: Uint8Array;
}

/** Trailers are small (clients refuse more than 8 KiB by default), and requests can be wrong in thousands of places. */
const MAX_VIOLATIONS = 16;
const MAX_TEXT = 240;
const MAX_METADATA = 16;

/** Translates an error of the engine. Its cause stays behind. */
export function toWireError(error: EngineError, code: Status = statusOf[error.reason]): WireError {
  const message = clip(error.message, 1000);
  const info = pack(ErrorInfoSchema, {
    reason: error.reason,
    domain: ERROR_DOMAIN,
    metadata: Object.fromEntries(
      Object.entries(error.metadata)
        .slice(0, MAX_METADATA)
        .map(([key, value]) => [clip(key), clip(value)]),
    ),
  });
  const details = [info, ...detailsOf(error)];
  return { code, message, details: toBinary(StatusSchema, create(StatusSchema, { code, message, details })) };
}

function detailsOf(error: EngineError) {
  const details = [];
  const violations = error.violations.slice(0, MAX_VIOLATIONS).map(({ field, description, reason = error.reason }) => ({
    field: clip(field),
    description: clip(description),
    reason,
  }));
  const description = clip(error.message);

  if (error.reason === 'NOT_ENFORCEABLE' || error.reason === 'IMAGE_MISSING') {
    const subjects = violations.length > 0 ? violations : [{ field: '', description, reason: error.reason }];
    details.push(
      pack(PreconditionFailureSchema, {
        violations: subjects.map((v) => ({
          type: v.reason,
          subject: v.field,
          description: v.description,
        })),
      }),
    );
  } else if (violations.length > 0) {
    details.push(pack(BadRequestSchema, { fieldViolations: violations }));
  }
  const exhausted = exhaustedSubject[error.reason];
  if (exhausted !== undefined) {
    details.push(pack(QuotaFailureSchema, { violations: [{ subject: exhausted, description }] }));
  }
  const resource = missing[error.reason];
  if (resource !== undefined) {
    const resourceName = clip(error.metadata[resource.metadata] ?? '');
    details.push(pack(ResourceInfoSchema, { resourceType: resource.type, resourceName, description }));
  }
  if (error.retryAfterMs !== undefined) {
    details.push(pack(RetryInfoSchema, { retryDelay: durationFromMs(Math.ceil(error.retryAfterMs)) }));
  }
  return details;
}

/** Whose limit was reached. */
const exhaustedSubject: Partial<Record<ErrorReason, string>> = {
  QUEUE_FULL: 'server',
  REQUEST_TOO_LARGE: 'server',
  QUOTA_EXCEEDED: 'key',
  SESSION_BUSY: 'session',
  DISK_FULL: 'session',
};

/** What the reasons about missing things are about, and the metadata that names it. */
const missing: Partial<Record<ErrorReason, { readonly type: string; readonly metadata: string }>> = {
  UNKNOWN_RUNTIME: { type: 'isol8.v1.Runtime', metadata: 'runtime' },
  EXECUTION_NOT_FOUND: { type: 'isol8.v1.Execution', metadata: 'execution_id' },
  IMAGE_MISSING: { type: 'image', metadata: 'image' },
  SESSION_NOT_FOUND: { type: 'isol8.v1.Session', metadata: 'session_id' },
  SESSION_EXISTS: { type: 'isol8.v1.Session', metadata: 'session_id' },
  FILE_NOT_FOUND: { type: 'isol8.v1.FileInfo', metadata: 'path' },
};

function pack<T extends DescMessage>(schema: T, message: MessageInitShape<T>) {
  return anyPack(schema, create(schema, message));
}

/** grpc-js cannot send half a surrogate pair, and a cut can make one. */
function clip(text: string, length = MAX_TEXT): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  return (line.length > length ? `${line.slice(0, length - 1)}…` : line).toWellFormed();
}
