import type { CallContext } from 'nice-grpc';
import type { Grant } from '../../engine/types.ts';

/** What the interceptors add to a call. */
export interface Caller {
  /** Whose call it is. */
  readonly tenant: string;
  /** What its key allows; all that the server allows when unset. */
  readonly grant: Grant | undefined;
}

/** What a call's line in the log says beside what every call has; filled while it runs. */
export interface Noted {
  readonly notes: {
    /** The ErrorReason of a refusal. */
    reason?: string;
    /** How the execution ended. */
    outcome?: string;
  };
}

/** What a handler gets. */
export type ServiceContext = CallContext & Caller & Noted;

/** The initial metadata that carries the execution's id. */
export const EXECUTION_ID_HEADER = 'isol8-execution-id';
