/**
 * Everything the engine refuses or fails with, and no more. `src/service/errors.ts` maps each reason to one gRPC
 * status; `docs/errors.md` describes each.
 */
export type ErrorReason =
  /** A field of the request is wrong; `violations` names each. */
  | 'INVALID_FIELD'
  /** No such runtime is configured. */
  | 'UNKNOWN_RUNTIME'
  /** A limit is above a ceiling; `violations` names each with the ceiling. */
  | 'POLICY_CEILING_EXCEEDED'
  /** This host cannot enforce what was asked for. */
  | 'NOT_ENFORCEABLE'
  /** Part of the contract, not built yet. */
  | 'NOT_IMPLEMENTED'
  /** The request carries no API key. */
  | 'API_KEY_MISSING'
  /** The API key is not a valid one. */
  | 'API_KEY_INVALID'
  /** The message is larger than the server takes. */
  | 'REQUEST_TOO_LARGE'
  /** No execution has this id. */
  | 'EXECUTION_NOT_FOUND'
  /** Too many executions wait already. */
  | 'QUEUE_FULL'
  /** The server is shutting down and starts nothing new. */
  | 'SERVER_DRAINING'
  /** Docker does not answer. */
  | 'DOCKER_UNAVAILABLE'
  /** The runtime's image is not on this Docker; `make setup` makes it. */
  | 'IMAGE_MISSING'
  /** A sandbox could not be started; nothing ran. */
  | 'SANDBOX_START_FAILED'
  /** The call was cancelled or its deadline passed before anything was started. */
  | 'CALL_ENDED'
  /** A fault of ours; the log has the cause. */
  | 'INTERNAL'
  /** The caller has no session of this id, or it has ended. */
  | 'SESSION_NOT_FOUND'
  /** The caller has a session of this id that is not what was asked for. */
  | 'SESSION_EXISTS'
  /** As many executions run in the session as may. */
  | 'SESSION_BUSY'
  /** A quota is used up. */
  | 'QUOTA_EXCEEDED'
  /** The session has no such file. */
  | 'FILE_NOT_FOUND'
  /** The file is not what the call needs, or the code's user may not. */
  | 'FILE_REFUSED'
  /** No room is left in the session's file system. */
  | 'DISK_FULL'
  /** The execution takes no input, or not at this offset. */
  | 'INPUT_REFUSED';

/** What a field can be refused for. Of several, the first of this list is what the whole request is refused for. */
const FIELD_REASONS = [
  'UNKNOWN_RUNTIME',
  'INVALID_FIELD',
  'POLICY_CEILING_EXCEEDED',
  'NOT_ENFORCEABLE',
  'NOT_IMPLEMENTED',
] as const;

/** One wrong field, by its name on the wire (`policy.limits.timeout`, `files[2].path`). */
export interface FieldViolation {
  readonly field: string;
  /** Says what is wrong and what would be right, so that it can follow `field: `; no full stop. */
  readonly description: string;
  /** INVALID_FIELD when it is not set. */
  readonly reason?: (typeof FIELD_REASONS)[number];
}

/** What an EngineError carries beside its reason and message. */
export interface ErrorDetails {
  /** Wrong fields. */
  readonly violations?: readonly FieldViolation[];
  /** Facts for a program: names and numbers, never a path, a stack or a secret. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** When a retry makes sense, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Stays in the log. */
  readonly cause?: unknown;
}

/**
 * The only error that leaves the engine on purpose. Its message is for the caller: one line with the remedy, lower case,
 * without a full stop.
 */
export class EngineError extends Error {
  readonly reason: ErrorReason;
  readonly violations: readonly FieldViolation[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(reason: ErrorReason, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'EngineError';
    this.reason = reason;
    this.violations = details.violations ?? [];
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** A message names as many fields as fit into this many characters; it counts the others. */
const MAX_MESSAGE_LENGTH = 960;

/** One error for all that is wrong with a request. */
export function refusal(violations: readonly FieldViolation[], metadata?: ErrorDetails['metadata']): EngineError {
  const named = violations.map((violation) => ({ reason: 'INVALID_FIELD' as const, ...violation }));
  const reason = FIELD_REASONS.find((one) => named.some((violation) => violation.reason === one)) ?? 'INVALID_FIELD';
  return new EngineError(reason, sentence(named), { violations: named.slice(0, 100), ...(metadata && { metadata }) });
}

function sentence(violations: readonly FieldViolation[]): string {
  const [first = '', ...others] = violations.map(({ field, description }) => `${field}: ${description}`);
  let message = first;
  for (const [i, other] of others.entries()) {
    if (message.length + other.length > MAX_MESSAGE_LENGTH) return `${message} (and ${others.length - i} more)`;
    message += `; ${other}`;
  }
  return message;
}
