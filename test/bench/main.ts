// `make bench`, `npm run bench -- [--quick] [NAME…]`: measures a real server over gRPC on loopback with a real Docker,
// prints tables, and writes JSON. docs/performance.md says what the rows mean.
import { parseArgs } from 'node:util';
import { EngineError } from '../../src/engine/errors.ts';
import { Bench, type Measurement } from './bench.ts';
import { messageOf } from './call.ts';
import { describeMachine, load } from './machine.ts';
import { burst } from './measure/burst.ts';
import { clients } from './measure/clients.ts';
import { cold } from './measure/cold.ts';
import { concurrency } from './measure/concurrency.ts';
import { ending } from './measure/ending.ts';
import { growth } from './measure/growth.ts';
import { memory } from './measure/memory.ts';
import { sessions } from './measure/sessions.ts';
import { stream } from './measure/stream.ts';
import { sustained } from './measure/sustained.ts';
import { updated } from './measure/updated.ts';
import { warm } from './measure/warm.ts';
import { memoryOf } from './memory-of.ts';
import { Progress } from './progress.ts';
import { RawDocker } from './raw-docker.ts';
import { report } from './report.ts';
import type { Row } from './row.ts';
import { startBenchServer, warningsIn } from './server.ts';
import { rowTable } from './table.ts';

/** In this order: the server is idle and new first, and its memory is looked at last. */
const ALL: readonly Measurement[] = [
  warm,
  concurrency,
  burst,
  updated,
  cold,
  sustained,
  stream,
  ending,
  sessions,
  clients,
  memory,
  growth,
];

const SAME_SIGNAL_MS = 1000;

const progress = new Progress();

/** What a run adds to while it goes on, so that a failure at its end takes nothing away. */
interface Gathered {
  readonly rows: Row[];
  readonly problems: string[];
  serverWarnings: Readonly<Record<string, number>>;
}

async function measure(
  chosen: readonly Measurement[],
  quick: boolean,
  signal: AbortSignal,
  gathered: Gathered,
): Promise<void> {
  const { rows, problems } = gathered;
  await using raw = await RawDocker.open();
  progress.say('starting the server');
  // As it starts every day: the first start of all compiles what later ones find compiled.
  await (await startBenchServer(raw.docker))[Symbol.asyncDispose]();
  await using server = await startBenchServer(raw.docker);
  await server.idle(signal);
  const atStart = memoryOf(server.process.pid);
  await using bench = new Bench({ quick, signal, progress, raw, server, atStart });
  for (const one of chosen) {
    try {
      const begun = performance.now();
      await bench.idle();
      const measured = await one.run(bench);
      rows.push(...measured);
      progress.clear();
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(`${one.name}: ${one.about} (${seconds} s)\n\n${rowTable(measured)}\n`);
    } catch (error) {
      progress.clear();
      problems.push(`${one.name} broke off: ${messageOf(error)}`);
      console.log(`${problems.at(-1)}\n`);
      if (signal.aborted) break;
    }
  }
  gathered.serverWarnings = warningsIn(server.log);
}

/** Aborts at the first SIGINT or SIGTERM; one that comes later ends the process at once. */
function untilTold(): AbortSignal {
  const stop = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // npm passes on what the terminal has sent to all: that is one Ctrl-C.
      if (performance.now() > first + SAME_SIGNAL_MS) process.exit(1);
      first = Math.min(first, performance.now());
      stop.abort(new Error(`it was ended by ${signal}`));
    });
  }
  return stop.signal;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !ALL.some((one) => one.name === name));
  if (values.help || unknown.length > 0) {
    for (const name of unknown) console.log(`there is no measurement ${name}`);
    console.log('node test/bench/main.ts [--quick] [NAME…]\n');
    for (const { name, about } of ALL) console.log(`  ${name.padEnd(12)} ${about}`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const stop = untilTold();
  const chosen = ALL.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const machine = await describeMachine(process.env['DOCKER_HOST']);
  const begun = new Date().toISOString();
  const loadAtBegin = load();
  const gathered: Gathered = { rows: [], problems: [], serverWarnings: {} };
  try {
    await measure(chosen, values.quick, stop, gathered);
  } catch (error) {
    gathered.problems.push(`the run did not end well: ${messageOf(error)}`);
  }
  progress.clear();
  const isGood = await report({
    ...gathered,
    machine,
    begun,
    loadAtBegin,
    loadAtEnd: load(),
    quick: values.quick,
    measurements: chosen.map(({ name }) => name),
    isWhole: !values.quick && chosen.length === ALL.length && !stop.aborted,
  });
  if (!isGood) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
