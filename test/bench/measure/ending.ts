import { setTimeout as delay } from 'node:timers/promises';
import { type ExecuteResponse, Outcome, Phase } from '../../../gen/isol8/v1/execution_pb.ts';
import { toDuration } from '../../../src/service/convert/duration.ts';
import type { Request } from '../../support/collect.ts';
import { nameIn } from '../../support/name-in.ts';
import type { Bench, Measurement } from '../bench.ts';
import { deadline, messageOf } from '../call.ts';
import { rounds, until } from '../loop.ts';
import { isAnyThere, processesOf } from '../processes.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

/** Children that spin begin all at once, when all are there: those that begin earlier would hold up the rest. */
const PROGRAM = `
import os, sys, time
r, w = os.pipe()
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        os.close(w)
        os.read(r, 1)
        while True: pass
print("ready", os.getuid(), flush=True)
os.close(w)
time.sleep(3600)
`;

/** Time limits of the executions that end by one: they have to be ready, and spin for a while, before. */
const LIMIT_MS = { idle: 1500, spinning: 2500 };

/** How long a program is left alone before it is cancelled. */
const SPIN_MS = 300;

/** Whatever is there after this stays. */
const GONE_TIMEOUT_MS = 10_000;

interface Cell {
  readonly how: 'cancel' | 'limit';
  readonly spinning: number;
  readonly cores: number;
  readonly series: Series;
}

/** From the moment that an execution has to end until the host has no process of its uid, zombies included. */
export const ending: Measurement = {
  name: 'ending',
  about: 'from CancelExecution, and from a time limit, until nothing runs: idle and with 60 spinning processes',
  async run(bench: Bench): Promise<Row[]> {
    const cells: Cell[] = (['cancel', 'limit'] as const).flatMap((how) =>
      [0, 60].flatMap((spinning) => [0.5, 1].map((cores) => ({ how, spinning, cores, series: new Series() }))),
    );
    await rounds(bench.pick(10, 1), bench.pick(75_000, 15_000), bench.signal, async (round) => {
      for (const cell of cells) {
        bench.progress.say(`ending: round ${round + 1}, ${cell.how}, ${cell.spinning} spinning, ${cell.cores} cores`);
        try {
          cell.series.add({ value: await endOne(bench, cell) });
        } catch (error) {
          bench.signal.throwIfAborted();
          cell.series.add({ failure: messageOf(error) });
        }
      }
    });
    return cells.map(({ how, spinning, cores, series }) =>
      measuredRow({
        id: `ending.${how}.${spinning === 0 ? 'idle' : 'spinning'}.${cores}`,
        what: `${how} → nothing runs, ${spinning === 0 ? 'idle' : `${spinning} spinning`}, ${cores} cores`,
        unit: 'ms',
        series,
      }),
    );
  },
};

/** Milliseconds from the moment when it has to end until nothing of it is there. */
async function endOne(bench: Bench, { how, spinning, cores }: Cell): Promise<number> {
  const limitMs = spinning === 0 ? LIMIT_MS.idle : LIMIT_MS.spinning;
  const run = await launch(bench, {
    runtime: 'python',
    source: { case: 'code', value: PROGRAM },
    arguments: [String(spinning)],
    policy: { limits: { cpuCores: cores, ...(how === 'limit' ? { timeout: toDuration(limitMs) } : {}) } },
  });
  if (how === 'cancel') await delay(SPIN_MS);
  else await until(run.begun + limitMs - 50, bench.signal);
  const there = processesOf(run.uid);
  if (there.length < spinning + 1) throw new Error(`${there.length} of ${spinning + 1} processes were there`);

  const from = how === 'cancel' ? performance.now() : run.begun + limitMs;
  const cancelled =
    how === 'cancel'
      ? bench.isol8.cancelExecution({ execution: { case: 'executionId', value: run.id } })
      : Promise.resolve();
  // What is awaited later must not be unhandled until then.
  cancelled.catch(() => {});
  const gone = await whenGone(run.uid, there);
  await cancelled;
  const { outcome } = await run.finished;
  const expected = how === 'cancel' ? Outcome.CANCELLED : Outcome.TIMED_OUT;
  if (outcome !== expected) throw new Error(`it ended as ${nameIn(Outcome, outcome)}`);
  if (gone < from) throw new Error('it was gone before its time');
  return gone - from;
}

/** When the last process of a uid went, in performance.now(), to a poll's time: one or two milliseconds. */
async function whenGone(uid: number, known: readonly number[]): Promise<number> {
  const end = performance.now() + GONE_TIMEOUT_MS;
  for (let there = known; ; ) {
    while (isAnyThere(there)) {
      if (performance.now() > end) throw new Error(`${there.length} processes are there after ${GONE_TIMEOUT_MS} ms`);
      await delay(1);
    }
    const gone = performance.now();
    // To look at every process takes too long for each poll; once is enough to know that there was no other.
    there = processesOf(uid);
    if (there.length === 0) return gone;
  }
}

/** A program that has said that it is ready. */
interface Launched {
  readonly id: string;
  readonly uid: number;
  /** When the server began to run it, by the event of the phase, in performance.now(). */
  readonly begun: number;
  readonly finished: Promise<ExecuteResponse>;
}

async function launch(bench: Bench, execute: Request): Promise<Launched> {
  const ready = Promise.withResolvers<Omit<Launched, 'finished'>>();
  const finished = follow(bench, execute, ready.resolve);
  finished.then(() => ready.reject(new Error('it ended without being ready')), ready.reject);
  return { ...(await ready.promise), finished };
}

async function follow(
  bench: Bench,
  execute: Request,
  isReady: (launched: Omit<Launched, 'finished'>) => void,
): Promise<ExecuteResponse> {
  let id = '';
  let text = '';
  let begun = Number.NaN;
  for await (const { event } of bench.isol8.executeStream({ execute }, { signal: deadline(bench.signal) })) {
    const body = event?.event;
    if (body?.case === 'started') id = body.value.executionId;
    if (body?.case === 'phase' && body.value.phase === Phase.RUN) begun = onOurClock(event?.eventTime);
    if (body?.case === 'output') text += String(body.value.content.value);
    const uid = /^ready (\d+)\n/.exec(text)?.[1];
    if (uid !== undefined) isReady({ id, uid: Number(uid), begun });
    if (body?.case === 'finished') return body.value;
  }
  throw new Error('a stream without finished');
}

/** The server's clock is this machine's, to the millisecond that it tells. */
function onOurClock(time: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  if (time === undefined) return Number.NaN;
  return Number(time.seconds) * 1000 + time.nanos / 1e6 - performance.timeOrigin;
}
