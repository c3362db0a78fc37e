import type { JsonObject } from '@bufbuild/protobuf';

/** The methods of `Isol8Service` that a case may call, as proto JSON names them. */
export const METHODS = [
  'execute',
  'executeStream',
  'cancelExecution',
  'sendInput',
  'sendSignal',
  'createSession',
  'getSession',
  'listSessions',
  'updateSession',
  'deleteSession',
  'resetContext',
  'getSessionUsage',
  'readSessionOutput',
  'writeFile',
  'readFile',
  'listFiles',
  'makeDirectory',
  'removeFile',
  'resolvePolicy',
  'getServerInfo',
] as const;
export type Method = (typeof METHODS)[number];

/**
 * A way to call isol8: a client, or a tool. Requests and responses are proto JSON (camelCase, defaults left out) of the
 * method's messages, but for four, which are the same for every way:
 *
 * - `executeStream` takes an `ExecuteRequest`; each `ExecutionEvent` goes to `onEvent`, and the response is `{}`.
 * - `writeFile` takes the fields of `WriteFileHeader` and `content` (base64), and gives a `WriteFileResponse`.
 * - `readFile` gives `{file, content, sha256}`.
 * - `listSessions` and `listFiles` give all pages as one.
 */
export interface Way extends AsyncDisposable {
  call(method: Method, request: JsonObject, options: CallOptions): Promise<Answer>;
}

/** What a call may be given. */
export interface CallOptions {
  readonly deadlineMs?: number | undefined;
  readonly onEvent?: ((event: JsonObject) => void) | undefined;
}

/** What came of a call: one of both. */
export type Answer =
  | { readonly response: JsonObject; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly response?: undefined };

/** A status, taken apart. */
export interface Refusal {
  /** `INVALID_ARGUMENT`. */
  readonly code: string;
  /** Of ErrorInfo; '' without one. */
  readonly reason: string;
  readonly message: string;
  /** Fields of BadRequest. */
  readonly fields: readonly string[];
}
