import type { Bench, Measurement } from '../bench.ts';
import type { Call } from '../call.ts';
import { rounds, until } from '../loop.ts';
import { ONE_LINERS } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';
import { shareRows } from '../share.ts';

/** One call begins in each slot; the bare run follows when a replacement should be there, so that it is not slowed by it. */
const SLOT_MS = 750;
const BARE_AT_MS = 550;

/** python and node have targets for p99, which takes many samples. No runtime is called twice within a second. */
const PATTERN = ['python', 'node', 'bun', 'python', 'node', 'deno', 'python', 'node', 'python', 'node', 'bash'];

/** Execute against the bare interpreter, an idle server, one call a second. */
export const warm: Measurement = {
  name: 'warm',
  about: 'Execute in each runtime, calls more than 1 s apart, against the bare interpreter; and where the time goes',
  async run(bench: Bench): Promise<Row[]> {
    for (let i = 0; i < bench.pick(2, 1); i++) {
      for (const program of ONE_LINERS) {
        await bench.call(program);
        await bench.bare(program);
      }
    }
    await bench.idle();
    const parts = ONE_LINERS.map((program) => ({
      program,
      series: new Series(),
      bare: new Series(),
      calls: [] as Call[],
    }));
    let begin = performance.now();
    await rounds(bench.pick(150, 22), bench.pick(113_000, 17_000), bench.signal, async (slot) => {
      const part = parts.find(({ program }) => program.runtime.name === PATTERN[slot % PATTERN.length]);
      if (part === undefined) return;
      await until(begin, bench.signal);
      begin = performance.now();
      bench.progress.say(`warm: call ${slot + 1}, ${part.program.runtime.name}`);
      part.calls.push(await bench.call(part.program, part.series));
      await until(begin + BARE_AT_MS, bench.signal);
      await bench.bare(part.program, part.bare);
      begin += SLOT_MS;
    });
    const rows = parts.map(({ program: { runtime }, series, bare }) =>
      measuredRow({
        id: `warm.${runtime.name}`,
        what: `warm Execute, ${runtime.name}, spaced`,
        unit: 'ms',
        series,
        yardstick: { what: `bare ${runtime.name}`, series: bare },
      }),
    );
    return [...rows, ...parts.flatMap(({ program: { runtime }, calls }) => shareRows(runtime.name, calls))];
  },
};
