import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { RunningExecution } from '../../src/engine/execution/execution.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import type { ExecutionEvent } from '../../src/engine/types.ts';
import { bashRequest, EngineBench, OneImage } from '../support/engine.ts';
import { buildGo } from '../support/go.ts';
import { GuestVolume } from '../support/guest-volume.ts';
import { MemoryWatch } from '../support/memory.ts';
import { FAKE_CASES, type FakeCase } from './fake-guest.cases.ts';

/** What this process may grow by in any one case, with four others beside it, and in all of them together. */
const CASE_MIB = 96;
const ALL_MIB = 128;

let bench: EngineBench;
let fakes: GuestVolume;
let ours: GuestVolume;
let neighbour: Neighbour;
let memory: MemoryWatch;
const faults: unknown[] = [];
const note = (fault: unknown) => faults.push(fault);

beforeAll(async () => {
  process.on('unhandledRejection', note).on('uncaughtException', note);
  bench = await EngineBench.open();
  const { architecture } = bench.docker.info;
  fakes = await GuestVolume.make(bench.docker, 'fakeguest', await buildGo('test/fake-guest', '.', architecture));
  const guest = await buildGo('guest', './cmd/isol8-guest', architecture);
  ours = await GuestVolume.make(bench.docker, 'fakeguest-ours', guest);
  neighbour = new Neighbour();
  await neighbour.runOnce();
  memory = new MemoryWatch();
  neighbour.begin();
});

afterAll(async () => {
  await neighbour.end();
  memory[Symbol.dispose]();
  process.off('unhandledRejection', note).off('uncaughtException', note);
  await nothingLeft();
  await fakes[Symbol.asyncDispose]();
  await ours[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

describe.concurrent('a guest that is not ours', () => {
  test.each(FAKE_CASES)('$name', async (fake) => {
    using own = new MemoryWatch();
    const { ends, log } = await runFake(fake);
    expect(ends).toBe(fake.ends);
    if (fake.why === undefined) expect(log).toEqual([]);
    else expect(log.join('\n')).toMatch(fake.why);
    if (!fake.quiet) expect(own.growth).toBeLessThan(CASE_MIB);
    expect(faults).toEqual([]);
  });
});

test('and all the while our own guest was not disturbed, and the server did not grow', async () => {
  await neighbour.end();
  expect(new Set(neighbour.seen)).toEqual(new Set(['1\n2\n3\nEXITED']));
  expect(memory.growth).toBeLessThan(ALL_MIB);
  await nothingLeft();
});

/** Somebody else's executions, one after the other, on guests that are ours. */
class Neighbour {
  readonly #engine = bench.engine(ours);
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  readonly seen: string[] = [];

  begin(): void {
    this.#running = (async () => {
      while (!this.#stop.signal.aborted) await this.runOnce();
    })();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#engine[Symbol.asyncDispose]();
  }

  async runOnce(): Promise<void> {
    const request = bashRequest('for i in 1 2 3; do echo $i; sleep 0.2; done');
    let text = '';
    try {
      for await (const event of this.#engine.start(request, new AbortController().signal).events()) {
        if (event.kind === 'text') text += event.text;
        if (event.kind === 'finished') text += event.result.outcome;
      }
    } catch (error) {
      text += String(error);
    }
    this.seen.push(text);
  }
}

async function runFake(fake: FakeCase): Promise<{ ends: string; log: string[] }> {
  const log: string[] = [];
  const image = await fakes.image({ FAKE_CASE: fake.name });
  await using engine = bench.engine(fakes, new OneImage(bench, image), (line) => {
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { message: string } };
    if (msg === 'a sandbox was lost') log.push(String(err?.message));
  });
  const caller = new AbortController();
  const execution = engine.start(bashRequest('', fake.request), caller.signal) as RunningExecution;
  try {
    for await (const event of execution.events()) {
      if (isBegun(event, fake)) {
        if (fake.cancelAfterMs !== undefined) void delay(fake.cancelAfterMs).then(() => caller.abort());
        if (fake.stalled) await execution.done;
      }
      if (event.kind === 'finished') {
        fake.check?.(event.result);
        return { ends: event.result.outcome, log };
      }
    }
    return { ends: 'no result', log };
  } catch (error) {
    log.push(String((error as Error).cause));
    return { ends: error instanceof EngineError ? error.reason : String(error), log };
  } finally {
    await execution.done;
  }
}

function isBegun(event: ExecutionEvent, fake: FakeCase): boolean {
  return event.kind === (fake.name === 'silence while files are written' ? 'started' : 'phase');
}

async function nothingLeft(): Promise<void> {
  for (const end = Date.now() + 15_000; ; await delay(100)) {
    const left = await listContainers(bench.docker, `${LABELS.instance}=${bench.instance}`);
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`containers are left: ${left.map(({ id }) => id).join(', ')}`);
  }
}
