import { fromBinary } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { type StatusObject, status as statusCodes } from '@grpc/grpc-js';
import { advice } from './advice.ts';
import {
  AlreadyExistsError,
  CancelledError,
  ConnectionLostError,
  DeadlineExceededError,
  type ErrorFacts,
  InternalError,
  InvalidRequestError,
  type Isol8Error,
  NotFoundError,
  PreconditionError,
  ResourceExhaustedError,
  UnauthenticatedError,
  UnavailableError,
  UnimplementedError,
} from './errors.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from './gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from './gen/google/rpc/status_pb.ts';

const FAMILIES: Partial<Record<string, new (message: string, facts: ErrorFacts) => Isol8Error>> = {
  INVALID_ARGUMENT: InvalidRequestError,
  OUT_OF_RANGE: InvalidRequestError,
  UNAUTHENTICATED: UnauthenticatedError,
  PERMISSION_DENIED: UnauthenticatedError,
  NOT_FOUND: NotFoundError,
  ALREADY_EXISTS: AlreadyExistsError,
  FAILED_PRECONDITION: PreconditionError,
  RESOURCE_EXHAUSTED: ResourceExhaustedError,
  UNIMPLEMENTED: UnimplementedError,
  UNAVAILABLE: UnavailableError,
  DEADLINE_EXCEEDED: DeadlineExceededError,
  CANCELLED: CancelledError,
};

/** What is known of a call that failed. */
export interface CallFacts {
  readonly address: string;
  readonly executionId: string | undefined;
  readonly deadlineMs: number | undefined;
  /** Why the caller ended it, where he did. */
  readonly cancelled: { readonly cause: unknown } | undefined;
}

/** The error that stands for a gRPC status. */
export function errorOf(status: Pick<StatusObject, 'code' | 'details' | 'metadata'>, call: CallFacts): Isol8Error {
  const { details, ours } = detailsOf(status);
  const code = statusCodes[status.code] ?? `UNRECOGNIZED_${status.code}`;
  const facts = {
    ...details,
    code,
    ...(call.executionId === undefined ? {} : { executionId: call.executionId }),
    ...(call.cancelled === undefined ? {} : { cause: call.cancelled.cause }),
  };
  const lost = !ours && wasLost(code, status.details, call);
  const Family = lost ? ConnectionLostError : (FAMILIES[code] ?? InternalError);
  return new Family(advice(Family.name, status.details, facts.reason, call), facts);
}

/** Whether nobody said this: the connection broke, or there never was one. */
function wasLost(code: string, details: string, call: CallFacts): boolean {
  if (code === 'UNAVAILABLE') return true;
  if (code === 'CANCELLED') return call.cancelled === undefined;
  return code === 'INTERNAL' && details.startsWith('Received RST_STREAM');
}

/** The details of isol8; those of a proxy on the way are not ours, and say nothing about what was started. */
function detailsOf({ metadata }: Pick<StatusObject, 'metadata'>): {
  ours: boolean;
  details: Partial<ErrorFacts> & { reason: string };
} {
  const [bytes] = metadata.get('grpc-status-details-bin');
  const all = bytes instanceof Buffer ? decode(bytes) : [];
  const info = first(all, ErrorInfoSchema);
  if (info?.domain !== 'isol8') return { ours: false, details: { reason: '' } };
  const resource = first(all, ResourceInfoSchema);
  const delay = first(all, RetryInfoSchema)?.retryDelay;
  return {
    ours: true,
    details: {
      reason: info.reason,
      metadata: info.metadata,
      violations: (first(all, BadRequestSchema)?.fieldViolations ?? []).map(({ field, description, reason }) => ({
        field,
        description,
        reason,
      })),
      preconditions: (first(all, PreconditionFailureSchema)?.violations ?? []).map(
        ({ type, subject, description }) => ({
          type,
          subject,
          description,
        }),
      ),
      quotas: (first(all, QuotaFailureSchema)?.violations ?? []).map(({ subject, description }) => ({
        subject,
        description,
      })),
      ...(resource && {
        resource: { type: resource.resourceType, name: resource.resourceName, description: resource.description },
      }),
      ...(delay && { retryAfterMs: Number(delay.seconds) * 1000 + delay.nanos / 1e6 }),
    },
  };
}

function decode(bytes: Uint8Array): Any[] {
  try {
    return fromBinary(StatusSchema, bytes).details;
  } catch {
    // What cannot be read does not hide the status.
    return [];
  }
}

function first<D extends Parameters<typeof anyUnpack>[1]>(all: readonly Any[], schema: D) {
  for (const any of all) {
    const found = anyUnpack(any, schema);
    if (found !== undefined) return found;
  }
  return undefined;
}
