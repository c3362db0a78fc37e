/** A value that this client does not know, of a newer server: `UNRECOGNIZED_<number>`; `UNSPECIFIED` is never meant. */
export type Unrecognized = `UNRECOGNIZED_${number}` | 'UNSPECIFIED';

/** How an execution ended. One that is not known is a failure. */
export type Outcome =
  | 'EXITED'
  | 'SIGNALED'
  | 'TIMED_OUT'
  | 'OUT_OF_MEMORY'
  | 'OUTPUT_LIMIT_EXCEEDED'
  | 'CANCELLED'
  | 'SETUP_FAILED'
  | 'SANDBOX_LOST'
  | Unrecognized;

/** A part of an execution. */
export type Phase = 'PREPARE' | 'INSTALL' | 'SETUP' | 'RUN' | Unrecognized;

/** Where a session stands. */
export type SessionState = 'STARTING' | 'READY' | 'ENDING' | 'ENDED' | Unrecognized;
