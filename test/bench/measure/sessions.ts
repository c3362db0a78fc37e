import type { Bench, Measurement } from '../bench.ts';
import { execute, requestOf, sampleOf } from '../call.ts';
import { rounds, until } from '../loop.ts';
import { memoryOfContainer } from '../memory-of.ts';
import { type OneLiner, oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';
import { startBenchServer } from '../server.ts';
import { short } from '../table.ts';

/** Between the beginnings of two executions in a session: an interpreter boots for the next one meanwhile. */
const EXECUTION_MS = 400;

/** Between two sessions that are made: what waits has been replaced by then. */
const CREATION_MS = 1_500;

/** Between two calls beside sessions that idle. */
const BESIDE_MS = 1_100;

const IDLE_SESSIONS = 100;

const python = oneLiner('python');

/** Sessions: what they take to make, to execute in, and to have. On a server of its own, which may have many. */
export const sessions: Measurement = {
  name: 'sessions',
  about:
    'an execution in a session, in a context, in a new one, a session that is made, and calls beside 100 that idle',
  async run(bench: Bench): Promise<Row[]> {
    await using server = await startBenchServer(bench.docker, [], { ISOL8_MAX_SESSIONS: String(2 * IDLE_SESSIONS) });
    const own = { bench, isol8: server.isol8 };
    const inIt = await executions(own);
    const begun = [];
    for (const runtime of ['python', 'node', 'bun', 'deno']) begun.push(await beginnings(own, oneLiner(runtime)));
    const made = await creations(own);
    await server.idle(bench.signal);
    return [...inIt, ...begun, ...made, ...(await beside(own, server))];
  },
};

interface Own {
  readonly bench: Bench;
  readonly isol8: Bench['isol8'];
}

async function executions({ bench, isol8 }: Own): Promise<Row[]> {
  const { session } = await isol8.createSession({ runtime: 'python' });
  const { sessionId = '' } = session ?? {};
  const [inSession, bare, inContext] = [new Series(), new Series(), new Series()];
  const cell = { ...requestOf(python), sessionId, context: 'main' };
  await execute(isol8, cell, bench.signal);
  await bench.bare(python);
  let begin = performance.now();
  await rounds(bench.pick(100, 10), bench.pick(60_000, 8_000), bench.signal, async (round) => {
    bench.progress.say(`sessions: round ${round + 1}`);
    await until(begin, bench.signal);
    begin = performance.now() + EXECUTION_MS;
    inSession.add(sampleOf(await execute(isol8, { ...requestOf(python), sessionId }, bench.signal)));
    await until(begin - EXECUTION_MS / 2, bench.signal);
    await bench.bare(python, bare);
    inContext.add(sampleOf(await execute(isol8, cell, bench.signal)));
  });
  const again = new Series();
  await rounds(bench.pick(2_000, 50), bench.pick(15_000, 3_000), bench.signal, async () => {
    again.add(sampleOf(await execute(isol8, cell, bench.signal)));
  });
  await isol8.deleteSession({ sessionId });
  return [
    measuredRow({
      id: 'session.execute.python',
      what: 'Execute in a session, python, spaced',
      unit: 'ms',
      series: inSession,
      yardstick: { what: 'bare python', series: bare },
    }),
    measuredRow({ id: 'session.context.spaced', what: 'Execute in a context, spaced', unit: 'ms', series: inContext }),
    measuredRow({
      id: 'session.context.python',
      what: 'Execute in a context, one after the other',
      unit: 'ms',
      series: again,
    }),
  ];
}

/** Contexts that are new, in turn with the bare interpreter. */
async function beginnings({ bench, isol8 }: Own, program: OneLiner): Promise<Row> {
  const { name } = program.runtime;
  const { session } = await isol8.createSession({ runtime: name });
  const { sessionId = '' } = session ?? {};
  const [begun, bare] = [new Series(), new Series()];
  await bench.bare(program);
  let begin = performance.now() + EXECUTION_MS;
  await rounds(bench.pick(25, 3), bench.pick(20_000, 3_000), bench.signal, async (round) => {
    bench.progress.say(`sessions: ${round + 1} contexts of ${name}`);
    await until(begin, bench.signal);
    begin = performance.now() + 2 * EXECUTION_MS;
    const context = `new-${round}`;
    begun.add(sampleOf(await execute(isol8, { ...requestOf(program), sessionId, context }, bench.signal)));
    await isol8.resetContext({ sessionId, context });
    await until(begin - EXECUTION_MS, bench.signal);
    await bench.bare(program, bare);
  });
  await isol8.deleteSession({ sessionId });
  return measuredRow({
    id: `session.new-context.${name}`,
    what: `Execute in a context that is new, ${name}`,
    unit: 'ms',
    series: begun,
    yardstick: { what: `bare ${name}`, series: bare },
  });
}

async function creations({ bench, isol8 }: Own): Promise<Row[]> {
  const series = new Series();
  let begin = performance.now() + CREATION_MS;
  await rounds(bench.pick(20, 3), bench.pick(40_000, 6_000), bench.signal, async (round) => {
    bench.progress.say(`sessions: ${round + 1} made`);
    await until(begin, bench.signal);
    begin = performance.now() + CREATION_MS;
    const { session } = await isol8.createSession({ runtime: 'python' });
    series.add({ value: performance.now() - (begin - CREATION_MS) });
    await isol8.deleteSession({ sessionId: session?.sessionId ?? '' });
  });
  return [
    measuredRow({ id: 'session.create.python', what: 'CreateSession from the pool, python', unit: 'ms', series }),
  ];
}

async function beside({ bench, isol8 }: Own, server: Awaited<ReturnType<typeof startBenchServer>>): Promise<Row[]> {
  const [without, among, memory] = [new Series(), new Series(), new Series()];
  const spaced = async (series: Series) => {
    let begin = performance.now();
    await rounds(bench.pick(25, 4), bench.pick(30_000, 5_000), bench.signal, async () => {
      await until(begin, bench.signal);
      begin = performance.now() + BESIDE_MS;
      series.add(sampleOf(await execute(isol8, requestOf(python), bench.signal)));
    });
  };
  await spaced(without);
  const before = new Set((await server.containers()).map(({ id }) => id));
  const ids: string[] = [];
  const count = bench.pick(IDLE_SESSIONS, 10);
  try {
    while (ids.length < count) {
      bench.progress.say(`sessions: ${ids.length} idle`);
      const { session } = await isol8.createSession({ runtime: 'python' });
      ids.push(session?.sessionId ?? '');
    }
    await server.idle(bench.signal);
    await spaced(among);
    // What the last calls used goes away meanwhile.
    await server.idle(bench.signal);
    for (const { id } of (await server.containers()).filter((one) => !before.has(one.id)).slice(0, 20)) {
      const { State } = await bench.docker.client.getContainer(id).inspect();
      const { shim, guest, others } = memoryOfContainer(State.Pid);
      memory.add({ value: shim + guest + others });
    }
  } finally {
    // They would outlive the server.
    for (const sessionId of ids) await isol8.deleteSession({ sessionId });
  }
  await spaced(without);
  const figures = memory.values.map(short).slice(0, 3);
  return [
    measuredRow({
      id: 'session.beside.python',
      what: `warm Execute, python, beside ${count} idle sessions`,
      unit: 'ms',
      series: among,
      yardstick: { what: 'without, before and after', series: without },
    }),
    measuredRow({
      id: 'memory.session.python',
      what: 'idle session, python, PSS',
      unit: 'MB',
      series: memory,
      notes: [`shim, guest and the interpreter that waits: ${figures.join('; ')}`],
    }),
  ];
}
