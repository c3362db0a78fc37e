/** A kind of sandbox that would like to have some waiting. */
export interface Wish {
  /** How many the operator wants at least. */
  readonly base: number;
  /** How many demand asks for. */
  readonly wanted: number;
  /** Memory that one may use at most, in bytes. */
  readonly bytes: number;
}

/** What all that wait may be together. */
export interface Budget {
  readonly count: number;
  readonly bytes: number;
}

/**
 * How many of each kind should wait: what the operator wants first, then what demand asks for, one at a time in turn, as
 * long as the budget lasts. A kind that does not fit leaves room for smaller ones.
 *
 * @returns the targets, in the order of the wishes
 */
export function allocate(wishes: readonly Wish[], budget: Budget): number[] {
  const targets = wishes.map(() => 0);
  let { count, bytes } = budget;
  for (const most of [(wish: Wish) => wish.base, (wish: Wish) => Math.max(wish.base, wish.wanted)]) {
    for (let granted = true; granted; ) {
      granted = false;
      for (const [i, wish] of wishes.entries()) {
        if ((targets[i] ?? 0) >= most(wish) || count < 1 || bytes < wish.bytes) continue;
        targets[i] = (targets[i] ?? 0) + 1;
        count -= 1;
        bytes -= wish.bytes;
        granted = true;
      }
    }
  }
  return targets;
}
