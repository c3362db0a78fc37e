import type { CallContext } from 'nice-grpc';

/** What the interceptors add to a call. */
export interface Caller {
  /** Whose call it is. */
  readonly tenant: string;
}

/** What a handler gets. */
export type ServiceContext = CallContext & Caller;

/** The initial metadata that carries the execution's id. */
export const EXECUTION_ID_HEADER = 'isol8-execution-id';
