import type { ContainerEvent } from '../docker/events.ts';

/** What Docker said about one container. */
export interface Evidence {
  /** The kernel killed something in it for memory. */
  readonly oom: boolean;
  /** Resolves when it has ended, to its exit code (128 + signal); undefined where Docker did not say. */
  readonly died: Promise<number | undefined>;
}

interface Entry {
  oom: boolean;
  readonly death: PromiseWithResolvers<number | undefined>;
}

/** Keeps what Docker's events tell about the containers of this server, which outlives the containers themselves. */
export class EvidenceBook {
  readonly #entries = new Map<string, Entry>();

  /** Begins to listen for a container; call it before the container starts. */
  track(id: string): Evidence {
    const entry: Entry = { oom: false, death: Promise.withResolvers() };
    this.#entries.set(id, entry);
    return {
      get oom() {
        return entry.oom;
      },
      died: entry.death.promise,
    };
  }

  /** Stops listening; nobody asks about the container any more. */
  forget(id: string): void {
    this.#entries.get(id)?.death.resolve(undefined);
    this.#entries.delete(id);
  }

  /** Notes an event. */
  note(event: ContainerEvent): void {
    const entry = this.#entries.get(event.id);
    if (entry === undefined) return;
    if (event.action === 'oom') entry.oom = true;
    if (event.action === 'die') entry.death.resolve(event.exitCode);
  }
}
