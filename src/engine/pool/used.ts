import { type Line, waitInLine } from '../../lib/wait-in-line.ts';
import { HAND_OUT_PING_MS, JUST_RESET_MS, MAX_WAITING_AGE_MS, USED_IDLE_MS } from '../constants.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** A sandbox that was reset. */
interface Rested {
  readonly sandbox: Sandbox;
  /** When it was reset. */
  readonly since: number;
}

/** One that has just been reset has just answered. */
async function isAlive({ sandbox, since }: Rested): Promise<boolean> {
  const answered = performance.now() - since < JUST_RESET_MS;
  return answered ? sandbox.isReady : await sandbox.isAlive(HAND_OUT_PING_MS);
}

/** Sandboxes that only the same tenant may have, for the same policy and image. */
class Shelf {
  /** The last to be used comes last. */
  resting: Rested[] = [];
  readonly waiters: Line<Sandbox | undefined> = [];
  /** How many are being reset. */
  resetting = 0;

  get isEmpty(): boolean {
    return this.resting.length === 0 && this.waiters.length === 0 && this.resetting === 0;
  }
}

/** Sandboxes that were used and may serve their tenant again (`isolation.reuse`). */
export class UsedSandboxes {
  readonly #shelves = new Map<string, Shelf>();
  /** Since when each has been in use at all. */
  readonly #born = new WeakMap<Sandbox, number>();
  readonly #most: number;
  readonly #remove: (sandbox: Sandbox) => void;
  #closed = false;

  /**
   * @param most so many may rest at once
   * @param remove takes those that nobody shall have any more
   */
  constructor(most: number, remove: (sandbox: Sandbox) => void) {
    this.#most = most;
    this.#remove = remove;
  }

  /** One that rests; undefined when none does. */
  async take(key: string): Promise<Sandbox | undefined> {
    const shelf = this.#shelf(key);
    // The last one used is the one whose memory is still in the processor's caches.
    for (let rested = shelf.resting.pop(); rested !== undefined; rested = shelf.resting.pop()) {
      if (await isAlive(rested)) return rested.sandbox;
      this.#remove(rested.sandbox);
    }
    return undefined;
  }

  /** Whether one is being reset that nobody waits for: it comes sooner than any that is started. */
  expects(key: string): boolean {
    const shelf = this.#shelf(key);
    return shelf.resetting > shelf.waiters.length;
  }

  /** The next one that comes back; undefined when one could not be reset. */
  async next(key: string, signal: AbortSignal): Promise<Sandbox | undefined> {
    return await waitInLine(this.#shelf(key).waiters, signal);
  }

  /**
   * Takes one back from an execution that is over.
   *
   * @param reset makes it as good as new; where it throws, the sandbox is removed
   * @returns why it is not kept; undefined when it is
   */
  async giveBack(key: string, sandbox: Sandbox, reset: () => Promise<void>): Promise<unknown> {
    const shelf = this.#shelf(key);
    shelf.resetting += 1;
    try {
      await reset();
      shelf.resetting -= 1;
      this.#rest(shelf, sandbox);
      return undefined;
    } catch (error) {
      shelf.resetting -= 1;
      this.#remove(sandbox);
      // Whoever counted on it must look elsewhere.
      shelf.waiters.pop()?.resolve(undefined);
      return error;
    }
  }

  /** Removes those that nobody has wanted for long, or that are old. */
  expire(now: number): void {
    for (const [key, shelf] of this.#shelves) {
      const old = (one: Rested) =>
        now - one.since > USED_IDLE_MS || now - (this.#born.get(one.sandbox) ?? now) > MAX_WAITING_AGE_MS;
      for (const { sandbox } of shelf.resting.filter(old)) this.#remove(sandbox);
      shelf.resting = shelf.resting.filter((one) => !old(one));
      if (shelf.isEmpty) this.#shelves.delete(key);
    }
  }

  /** Removes all, and whatever comes back from now on. */
  close(): void {
    this.#closed = true;
    for (const shelf of this.#shelves.values()) {
      for (const { sandbox } of shelf.resting.splice(0)) this.#remove(sandbox);
    }
  }

  /** Removes the one that has rested longest, whosever it is, where one more would be too many. */
  #makeRoom(): void {
    const all = [...this.#shelves.values()].flatMap((shelf) => shelf.resting.map((rested) => ({ shelf, rested })));
    if (all.length < this.#most) return;
    const { shelf, rested } = all.reduce((a, b) => (b.rested.since < a.rested.since ? b : a));
    shelf.resting = shelf.resting.filter((one) => one !== rested);
    this.#remove(rested.sandbox);
  }

  #shelf(key: string): Shelf {
    const shelf = this.#shelves.get(key) ?? new Shelf();
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #rest(shelf: Shelf, sandbox: Sandbox): void {
    const waiter = shelf.waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(sandbox);
      return;
    }
    if (this.#closed || this.#most === 0) {
      this.#remove(sandbox);
      return;
    }
    this.#makeRoom();
    const now = performance.now();
    if (!this.#born.has(sandbox)) this.#born.set(sandbox, now);
    shelf.resting.push({ sandbox, since: now });
    void sandbox.ended.then(() => {
      const others = shelf.resting.filter((one) => one.sandbox !== sandbox);
      if (others.length < shelf.resting.length) this.#remove(sandbox);
      shelf.resting = others;
    });
  }
}
