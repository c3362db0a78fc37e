import type { Result } from './result.ts';

/** A field that is wrong. */
export interface FieldViolation {
  /** Its name: `policy.limits.timeout`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
  /** Why, by a name of docs/errors.md: INVALID_FIELD, POLICY_CEILING_EXCEEDED, NOT_ENFORCEABLE, … */
  readonly reason: string;
}

/** Something that this server cannot do as it is. */
export interface PreconditionViolation {
  /** What kind of thing. */
  readonly type: string;
  /** Which. */
  readonly subject: string;
  readonly description: string;
}

/** A limit that was reached. */
export interface QuotaViolation {
  /** Of what. */
  readonly subject: string;
  readonly description: string;
}

/** What is missing, or exists already. */
export interface ResourceFacts {
  /** `session`, `execution`, `file`, … */
  readonly type: string;
  /** Its name or id. */
  readonly name: string;
  readonly description: string;
}

/** What an error says for a program to read. */
export interface ErrorFacts {
  /** The gRPC status: `INVALID_ARGUMENT`, `UNAVAILABLE`, …; `OK` where the call itself went well. */
  readonly code: string;
  /** Why, by a name of docs/errors.md: `QUEUE_FULL`. Empty where it did not come from isol8 itself. */
  readonly reason?: string;
  readonly violations?: readonly FieldViolation[];
  readonly preconditions?: readonly PreconditionViolation[];
  readonly quotas?: readonly QuotaViolation[];
  readonly resource?: ResourceFacts;
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** More facts, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The execution that it is about, where that is known. */
  readonly executionId?: string;
  readonly cause?: unknown;
}

/** What every error of this client is. Its message says what to do. */
export class Isol8Error extends Error implements ErrorFacts {
  readonly code: string;
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
  readonly preconditions: readonly PreconditionViolation[];
  readonly quotas: readonly QuotaViolation[];
  readonly metadata: Readonly<Record<string, string>>;
  declare readonly resource?: ResourceFacts;
  declare readonly retryAfterMs?: number;
  declare readonly executionId?: string;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = facts.code;
    this.reason = facts.reason ?? '';
    this.violations = facts.violations ?? [];
    this.preconditions = facts.preconditions ?? [];
    this.quotas = facts.quotas ?? [];
    this.metadata = facts.metadata ?? {};
    if (facts.resource !== undefined) this.resource = facts.resource;
    if (facts.retryAfterMs !== undefined) this.retryAfterMs = facts.retryAfterMs;
    if (facts.executionId !== undefined) this.executionId = facts.executionId;
  }
}

/** The request is wrong: `violations` names the fields. Nothing was started. */
export class InvalidRequestError extends Isol8Error {}

/** The API key is missing or not valid, or may not do this. Nothing was started. */
export class UnauthenticatedError extends Isol8Error {}

/** There is no such session, execution or file: `resource` names it. */
export class NotFoundError extends Isol8Error {}

/** There is a session of this id that is not what was asked for. */
export class AlreadyExistsError extends Isol8Error {}

/** This server cannot do it, or not in the state that something is in. Nothing was started. */
export class PreconditionError extends Isol8Error {}

/** A limit was reached: a queue, a quota, a disk, the size of a message. `retryAfterMs` where waiting helps. */
export class ResourceExhaustedError extends Isol8Error {}

/** The contract has it, this server does not. */
export class UnimplementedError extends Isol8Error {}

/** The server cannot do it now. Nothing was started, so that it is safe to try again. */
export class UnavailableError extends Isol8Error {}

/** The server cannot be reached, or the connection broke: what was started is unknown. */
export class ConnectionLostError extends Isol8Error {}

/** The call took longer than its deadline. An execution that it had started was cancelled. */
export class DeadlineExceededError extends Isol8Error {}

/** The caller cancelled the call; `cause` is the reason of the AbortSignal. An execution that it had started was cancelled. */
export class CancelledError extends Isol8Error {}

/** A fault of the server, or of something on the way. */
export class InternalError extends Isol8Error {}

/** A program did not exit with 0: what `Result.check` throws. */
export class ExecutionFailedError extends Isol8Error {
  /** How it went, with all its output. */
  readonly result: Result;

  constructor(message: string, result: Result) {
    super(message, { code: 'OK', executionId: result.executionId });
    this.result = result;
  }
}
