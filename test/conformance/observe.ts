import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Answer, Method, Refusal, Way } from './way.ts';

/** What a call gave, however it was made. */
export interface Observed {
  readonly refusal?: Refusal;
  /** The response; of a stream, that of `finished`. */
  readonly json: JsonObject;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: readonly JsonObject[];
  readonly displays: readonly JsonObject[];
  readonly phases: readonly string[];
  readonly outputEvents: number;
  /** From the first output to the end of a stream. */
  readonly firstOutputBeforeEndMs: number;
}

/** A call under way. */
export interface Observation {
  readonly ended: Promise<Observed>;
  /** Resolves with the execution's id, once this text was in the output of a stream. */
  seen(text: string): Promise<string>;
}

/** Makes a call and gathers what comes of it. */
export function observe(way: Way, method: Method, request: JsonObject, deadlineMs?: number): Observation {
  if (method !== 'executeStream')
    return { ended: way.call(method, request, { deadlineMs }).then(whole), seen: notSeen };
  const stream = new Stream();
  const ended = way
    .call(method, request, { deadlineMs, onEvent: (event) => stream.take(event) })
    .then((answer) => stream.end(answer));
  return { ended, seen: (text) => Promise.race([stream.seen(text), ended.then(notSeen)]) };
}

function notSeen(): never {
  throw new Error('it ended before its output was seen');
}

function whole({ response, refusal }: Answer): Observed {
  if (refusal !== undefined) return { ...NOTHING, refusal };
  const list = (name: string) => (Array.isArray(response[name]) ? (response[name] as JsonObject[]) : []);
  return {
    ...NOTHING,
    json: response,
    stdout: text(response['stdout']),
    stderr: text(response['stderr']),
    files: list('files'),
    displays: list('displays'),
  };
}

const NOTHING: Observed = {
  json: {},
  stdout: '',
  stderr: '',
  files: [],
  displays: [],
  phases: [],
  outputEvents: 0,
  firstOutputBeforeEndMs: 0,
};

/** The events of a stream, and what its rules are: sequences without holes, and `finished` once and last. */
class Stream {
  readonly #output = { stdout: '', stderr: '' };
  readonly #phases: string[] = [];
  readonly #displays: JsonObject[] = [];
  readonly #files = new Map<string, { mode: JsonValue; chunks: Buffer[]; sha256: string }>();
  readonly #watchers = new Set<() => void>();
  #executionId = '';
  #outputEvents = 0;
  #firstOutput: number | undefined;
  #sequence = 0;
  #finished: JsonObject | undefined;

  take(event: JsonObject): void {
    if (this.#finished !== undefined) throw new Error(`an event after finished: ${JSON.stringify(event)}`);
    this.#sequence += 1;
    if (event['sequence'] !== `${this.#sequence}`) {
      throw new Error(`sequence ${event['sequence']} where ${this.#sequence} was due`);
    }
    if (Number.isNaN(Date.parse(text(event['eventTime'])))) throw new Error('an event without its time');
    if (event['started'] !== undefined) this.#executionId = text((event['started'] as JsonObject)['executionId']);
    else if (event['output'] !== undefined) this.#takeOutput(event['output'] as JsonObject);
    else if (event['phase'] !== undefined) this.#phases.push(text((event['phase'] as JsonObject)['phase']));
    else if (event['display'] !== undefined) this.#displays.push(event['display'] as JsonObject);
    else if (event['file'] !== undefined) this.#takeFile(event['file'] as JsonObject);
    else if (event['finished'] !== undefined) this.#finished = event['finished'] as JsonObject;
    for (const look of this.#watchers) look();
  }

  #takeOutput(output: JsonObject): void {
    this.#outputEvents += 1;
    this.#firstOutput ??= performance.now();
    const piece = text(output['text']) + Buffer.from(text(output['data']), 'base64').toString();
    this.#output[output['stream'] === 'OUTPUT_STREAM_STDERR' ? 'stderr' : 'stdout'] += piece;
  }

  #takeFile(chunk: JsonObject): void {
    const path = text(chunk['path']);
    const file = this.#files.get(path) ?? { mode: chunk['mode'] ?? 0, chunks: [], sha256: '' };
    file.chunks.push(Buffer.from(text(chunk['chunk']), 'base64'));
    file.sha256 = text(chunk['sha256']);
    this.#files.set(path, file);
  }

  seen(wanted: string): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#executionId === '' || !this.#output.stdout.includes(wanted)) return;
        this.#watchers.delete(look);
        resolve(this.#executionId);
      };
      this.#watchers.add(look);
      look();
    });
  }

  end({ refusal }: Answer): Observed {
    const rest = {
      ...this.#output,
      phases: this.#phases,
      displays: this.#displays,
      outputEvents: this.#outputEvents,
      firstOutputBeforeEndMs: performance.now() - (this.#firstOutput ?? performance.now()),
      files: [...this.#files].map(([path, { mode, chunks, sha256 }]) => ({
        path,
        mode,
        sha256,
        content: Buffer.concat(chunks).toString('base64'),
      })),
    };
    if (refusal !== undefined) return { ...rest, json: {}, refusal };
    if (this.#finished === undefined) throw new Error('a stream without finished');
    return { ...rest, json: this.#finished };
  }
}

/** A string of JSON, where what is not there is empty. */
export function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
