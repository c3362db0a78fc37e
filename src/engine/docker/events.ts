import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { DockerConnection } from './connect.ts';

/** What happened to a container. */
export interface ContainerEvent {
  readonly action: 'create' | 'oom' | 'die' | 'destroy';
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** With `die`: 128 + the signal when one ended it. */
  readonly exitCode: number | undefined;
}

const ACTIONS = ['create', 'oom', 'die', 'destroy'] as const;
const RECONNECT_MS = 500;

/** The server's one subscription to Docker's events. */
export class DockerEvents implements AsyncDisposable {
  readonly #docker: DockerConnection;
  readonly #label: string;
  readonly #onEvent: (event: ContainerEvent) => void;
  readonly #stop = new AbortController();
  #connected = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(docker: DockerConnection, label: string, onEvent: (event: ContainerEvent) => void) {
    this.#docker = docker;
    this.#label = label;
    this.#onEvent = onEvent;
  }

  /**
   * Subscribes to the containers that have a label. After a broken connection it subscribes again and asks for what it
   * missed, so that an event may come twice and none is lost while the daemon remembers it.
   *
   * @throws what Docker answers when the first subscription fails
   */
  static async subscribe(
    docker: DockerConnection,
    label: string,
    onEvent: (event: ContainerEvent) => void,
  ): Promise<DockerEvents> {
    const events = new DockerEvents(docker, label, onEvent);
    const stream = await events.#open(undefined);
    events.#done = events.#follow(stream);
    return events;
  }

  /** Whether Docker can be heard now. */
  get connected(): boolean {
    return this.#connected;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #open(since: number | undefined): Promise<Readable> {
    const stream = (await this.#docker.client.getEvents({
      filters: { type: ['container'], label: [this.#label], event: [...ACTIONS] },
      ...(since === undefined ? {} : { since }),
      abortSignal: this.#stop.signal,
    })) as unknown as Readable;
    this.#connected = true;
    return stream;
  }

  async #follow(first: Readable): Promise<void> {
    let stream: Readable | undefined = first;
    let since = Math.floor(Date.now() / 1000);
    while (!this.#stop.signal.aborted) {
      try {
        stream ??= await this.#open(since);
        const stop = () => stream?.destroy();
        this.#stop.signal.addEventListener('abort', stop, { once: true });
        for await (const line of lines(stream)) {
          const event = parse(line);
          if (event === undefined) continue;
          since = event.time;
          this.#onEvent(event);
        }
        this.#stop.signal.removeEventListener('abort', stop);
      } catch {
        // A daemon that restarts: `connected` says so, and the next round finds it again.
      }
      this.#connected = false;
      stream = undefined;
      await delay(RECONNECT_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }
}

/** Not node:readline, whose iterator does not notice that its input was destroyed. */
async function* lines(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const all = (rest + chunk).split('\n');
    rest = all.pop() ?? '';
    yield* all.filter((line) => line !== '');
  }
}

function parse(line: string): (ContainerEvent & { readonly time: number }) | undefined {
  const raw = JSON.parse(line) as {
    Action: string;
    time: number;
    Actor: { ID: string; Attributes: Record<string, string> };
  };
  const action = ACTIONS.find((one) => one === raw.Action);
  if (action === undefined) return undefined;
  const code = raw.Actor.Attributes['exitCode'];
  return {
    action,
    id: raw.Actor.ID,
    labels: raw.Actor.Attributes,
    exitCode: code === undefined ? undefined : Number(code),
    time: raw.time,
  };
}
