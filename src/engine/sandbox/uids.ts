/**
 * Uids of sandboxes. The kernel counts processes, inotify watches, pipes, message queues and keys for each uid, so
 * every sandbox has one that no other has while it lives, those of other servers on the same Docker included.
 */
export class UidRange {
  readonly #first: number;
  readonly #size: number;
  /** uid → the containers known to use it, '' for one that we are about to make. */
  readonly #used = new Map<number, string>();

  /** Both ends are in the range. */
  constructor(first: number, last: number) {
    this.#first = first;
    this.#size = last - first + 1;
  }

  /** A free uid, taken at random so that two servers rarely choose the same; undefined when all are in use. */
  take(): number | undefined {
    const start = Math.floor(Math.random() * this.#size);
    for (let i = 0; i < this.#size; i++) {
      const uid = this.#first + ((start + i) % this.#size);
      if (this.#used.has(uid)) continue;
      this.#used.set(uid, '');
      return uid;
    }
    return undefined;
  }

  /** Frees a uid that `take` gave. */
  give(uid: number): void {
    this.#used.delete(uid);
  }

  /** Notes that another server's container uses a uid. */
  occupy(uid: number, container: string): void {
    if (!this.#used.has(uid)) this.#used.set(uid, container);
  }

  /** Notes that another server's container is gone; our own uids are only freed by `give`. */
  vacate(uid: number, container: string): void {
    if (this.#used.get(uid) === container) this.#used.delete(uid);
  }
}
