import type { GuestClient } from '../guest/client.ts';

/** Somebody's use of a session. While it lasts the session is not idle. */
export interface SessionUse extends Disposable {
  readonly guest: GuestClient;
}

/** How parts of the engine get at sessions. */
export interface SessionAccess {
  /** @throws EngineError SESSION_NOT_FOUND, for another tenant's too */
  use(tenant: string, sessionId: string): Promise<SessionUse>;
}
