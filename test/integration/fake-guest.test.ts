import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listContainers } from '../../src/engine/docker/containers.ts';
import type { ImageFacts } from '../../src/engine/docker/images.ts';
import type { RunningExecution } from '../../src/engine/execution/execution.ts';
import { ImageCatalog } from '../../src/engine/sandbox/images.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import type { ExecutionEvent } from '../../src/engine/types.ts';
import { bashRequest, EngineBench } from '../support/engine.ts';
import { buildGo } from '../support/go.ts';
import { GuestVolume } from '../support/guest-volume.ts';
import { MemoryWatch } from '../support/memory.ts';
import { FAKE_CASES, type FakeCase } from './fake-guest.cases.ts';

/** What the server's memory may grow by while five of the cases go on at once. */
const MEMORY_GROWTH_MIB = 64;

/** Gives every runtime the same image. */
class OneImage extends ImageCatalog {
  readonly #image: ImageFacts;
  constructor(bench: EngineBench, image: ImageFacts) {
    super(bench.docker);
    this.#image = image;
  }
  override async find(): Promise<ImageFacts> {
    return this.#image;
  }
}

let bench: EngineBench;
let fakes: GuestVolume;
let real: GuestVolume;
let memory: MemoryWatch;
const faults: unknown[] = [];
const note = (fault: unknown) => faults.push(fault);

beforeAll(async () => {
  bench = await EngineBench.open();
  const { architecture } = bench.docker.info;
  fakes = await GuestVolume.make(bench.docker, 'fakeguest', await buildGo('test/fake-guest', '.', architecture));
  real = await GuestVolume.make(
    bench.docker,
    'fakeguest-real',
    await buildGo('guest', './cmd/isol8-guest', architecture),
  );
  process.on('unhandledRejection', note).on('uncaughtException', note);
  await runReal();
  memory = new MemoryWatch();
});

afterAll(async () => {
  memory[Symbol.dispose]();
  process.off('unhandledRejection', note).off('uncaughtException', note);
  await nothingLeft();
  await fakes[Symbol.asyncDispose]();
  await real[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

describe.concurrent('a guest that is not ours', () => {
  test.each(FAKE_CASES)('$name', async (fake) => {
    const since = performance.now();
    const { ends, log } = await runFake(fake);
    console.log(
      fake.name,
      '|',
      ends,
      '|',
      log.join(' // ').slice(0, 300),
      '|',
      Math.round(performance.now() - since),
      'ms',
      memory.growth,
      'MiB',
    );
    expect(ends).toBe(fake.ends);
    if (fake.why === undefined) expect(log.join('\n')).not.toMatch(/lost/);
    else expect(log.join('\n')).toMatch(fake.why);
    expect(memory.growth).toBeLessThan(MEMORY_GROWTH_MIB);
    expect(faults).toEqual([]);
  });
});

async function runFake(fake: FakeCase): Promise<{ ends: string; log: string[] }> {
  const log: string[] = [];
  const image = await fakes.image({ FAKE_CASE: fake.name });
  await using engine = bench.engine(fakes, new OneImage(bench, image), (line) => {
    log.push(String((JSON.parse(line) as { err?: { message: string } }).err?.message));
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
    return { ends: (error as { code?: string }).code ?? String(error), log };
  } finally {
    await execution.done;
  }
}

function isBegun(event: ExecutionEvent, fake: FakeCase): boolean {
  return event.kind === (fake.name === 'silence while files are written' ? 'started' : 'phase');
}

async function runReal(): Promise<string> {
  await using engine = bench.engine(real);
  let text = '';
  for await (const event of engine.start(bashRequest('echo hello'), new AbortController().signal).events()) {
    if (event.kind === 'text') text += event.text;
    if (event.kind === 'finished') text += event.result.outcome;
  }
  return text;
}

async function nothingLeft(): Promise<void> {
  for (const end = Date.now() + 15_000; ; await delay(100)) {
    const left = await listContainers(bench.docker, `${LABELS.instance}=${bench.instance}`);
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`containers are left: ${left.map(({ id }) => id).join(', ')}`);
  }
}
