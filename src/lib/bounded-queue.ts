/**
 * A queue between a producer that can wait and one consumer. `push` resolves when there is room, so that a slow consumer
 * holds the producer back; after `release` nothing waits any more.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #weigh: (item: T) => number;
  readonly #items: T[] = [];
  #weight = 0;
  #closed = false;
  #failure: unknown;
  #released = false;
  #room: PromiseWithResolvers<void> | undefined;
  #news: PromiseWithResolvers<void> | undefined;

  /**
   * @param limit the weight from which producers wait
   * @param weigh what an item weighs
   */
  constructor(limit: number, weigh: (item: T) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  /** Weight of what waits to be read. */
  get weight(): number {
    return this.#weight;
  }

  /** Adds an item; resolves when there is room for the next. */
  push(item: T): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    this.#tell();
    if (this.#released || this.#weight < this.#limit) return Promise.resolve();
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Lets producers go on, whatever has not been read. */
  release(): void {
    this.#released = true;
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** Takes `release` back. */
  restrain(): void {
    this.#released = false;
  }

  /** Nothing more comes: the consumer ends after what is there, with a failure if one is given. */
  close(failure?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    this.release();
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#weight -= this.#weigh(item);
        if (this.#weight < this.#limit) {
          this.#room?.resolve();
          this.#room = undefined;
        }
        yield item;
      } else if (this.#closed) {
        if (this.#failure !== undefined) throw this.#failure;
        return;
      } else {
        this.#news = Promise.withResolvers<void>();
        await this.#news.promise;
      }
    }
  }

  #tell(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}
