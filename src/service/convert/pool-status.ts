import type { PoolStatus } from '../../engine/types.ts';

/** Engine to wire. */
export function toPoolStatus(pool: PoolStatus) {
  return { ...pool, hits: BigInt(pool.hits), misses: BigInt(pool.misses) };
}
