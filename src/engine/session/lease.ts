/** What bounds a session's life. Points in milliseconds since 1970. */
export interface SessionLease {
  readonly expiresAt: number;
  readonly idleTimeoutMs: number;
  readonly lastUsedAt: number;
}

/** Why a session has to end now, one line; undefined when it may live on. */
export function whyOver(lease: SessionLease, inUse: boolean, now: number): string | undefined {
  if (now >= lease.expiresAt) return 'its lifetime was over';
  if (inUse || now < lease.lastUsedAt + lease.idleTimeoutMs) return undefined;
  return `nothing used it for ${lease.idleTimeoutMs / 1000} s`;
}

/** How long until `whyOver` can say something else; at most what a timer takes. */
export function nextLook(lease: SessionLease, inUse: boolean, now: number): number {
  const idleAt = inUse ? Number.POSITIVE_INFINITY : lease.lastUsedAt + lease.idleTimeoutMs;
  return Math.min(Math.max(1, Math.min(lease.expiresAt, idleAt) - now), 2 ** 31 - 1);
}
