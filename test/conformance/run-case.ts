import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import type { Case, Step } from './case.ts';
import { check } from './check.ts';
import { type Observation, observe } from './observe.ts';
import { METHODS, type Method, type Way } from './way.ts';
import { canonical } from './ways/messages.ts';

/** Runs a case in one way to call; throws where something else comes than must. */
export async function runCase(way: Way, { steps, stream = false, parallel = false, repeat = 1 }: Case): Promise<void> {
  for (let i = 0; i < repeat; i++) {
    const run = new Run(way, stream ? 'executeStream' : 'execute');
    if (parallel) await Promise.all(steps.map((step) => run.step(step)));
    else for (const step of steps) await run.step(step);
  }
}

class Run {
  readonly #way: Way;
  readonly #method: Method;
  readonly #saved = new Map<string, string>([['unique', randomUUID()]]);
  readonly #begun = new Map<string, Observation>();

  constructor(way: Way, method: Method) {
    this.#way = way;
    this.#method = method;
  }

  async step(raw: Step): Promise<void> {
    const step = this.#filledIn(raw);
    const { observation, generated } = this.#observe(step);
    if (step.begin !== undefined) {
      this.#begun.set(step.begin, observation);
      this.#saved.set(step.begin, await observation.seen(step.until ?? ''));
      return;
    }
    const observed = await observation.ended;
    check(observed, step.expect ?? {}, generated);
    for (const [name, path] of Object.entries(step.save ?? {})) this.#saved.set(name, at(observed.json, path));
  }

  #observe(step: Step): { observation: Observation; generated: string[] } {
    if (step.end !== undefined) {
      const observation = this.#begun.get(step.end);
      if (observation === undefined) throw new Error(`nothing began under the name ${step.end}`);
      return { observation, generated: [] };
    }
    const method = METHODS.find((name) => name === (step.call ?? this.#method));
    if (method === undefined) throw new Error(`there is no method ${step.call}`);
    const { request, generated } = withGenerated(step);
    return { observation: observe(this.#way, method, canonical(method, request), step.deadlineMs), generated };
  }

  #filledIn(step: Step): Step {
    const filled = JSON.stringify(step).replaceAll(/@\{(\w+)\}/g, (_, name: string) => {
      const value = this.#saved.get(name);
      if (value === undefined) throw new Error(`nothing was saved under the name ${name}`);
      return JSON.stringify(value).slice(1, -1);
    });
    return JSON.parse(filled) as Step;
  }
}

/** The request, and the SHA-256 of each file that was made for it. */
function withGenerated({ request = {}, generatedFiles = [] }: Step): { request: JsonObject; generated: string[] } {
  if (generatedFiles.length === 0) return { request, generated: [] };
  const made = generatedFiles.map(({ path, bytes }) => ({ path, content: randomBytes(bytes) }));
  const files = made.map(({ path, content }) => ({ path, content: content.toString('base64') }));
  const generated = made.map(({ content }) => createHash('sha256').update(content).digest('hex'));
  return { request: { ...request, files: [...((request['files'] as JsonObject[]) ?? []), ...files] }, generated };
}

function at(json: JsonObject, path: string): string {
  const value = path.split('.').reduce<unknown>((from, key) => (from as JsonObject | undefined)?.[key], json);
  if (typeof value !== 'string') throw new Error(`${path} is no text in ${JSON.stringify(json)}`);
  return value;
}
