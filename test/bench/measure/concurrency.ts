import type { Bench, Measurement } from '../bench.ts';
import { closedLoop } from '../loop.ts';
import { ONE_LINERS, oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

/** Calls at once, and for how long and how often each runtime is called so. Slices of calls and of bare runs take turns. */
const LEVELS = [
  { lanes: 1, sliceMs: 1500, slices: 2 },
  { lanes: 4, sliceMs: 1500, slices: 1 },
  { lanes: 8, sliceMs: 1500, slices: 1 },
  { lanes: 32, sliceMs: 500, slices: 1 },
] as const;

const BARE_SLICE_MS = 400;

/** Execute without pauses, by so many callers, against as many bare interpreters at once. */
export const concurrency: Measurement = {
  name: 'concurrency',
  about: 'Execute without pauses at concurrency 1, 4, 8 and 32, each runtime, against as many bare interpreters',
  async run(bench: Bench): Promise<Row[]> {
    for (const program of ONE_LINERS) {
      await bench.call(program);
      await bench.bare(program);
    }
    const rows: Row[] = [];
    for (const { lanes, sliceMs, slices } of LEVELS) {
      // A wave of 32 in each runtime is most of a minute where every sandbox has to be started.
      const programs = bench.quick && lanes > 1 ? [oneLiner('python')] : ONE_LINERS;
      const parts = programs.map((program) => ({ program, series: new Series(), bare: new Series() }));
      for (let slice = 0; slice < bench.pick(slices, 1); slice++) {
        for (const { program, series, bare } of parts) {
          bench.progress.say(`concurrency ${lanes}: ${program.runtime.name}`);
          const lane = async () => void (await bench.call(program, series));
          await closedLoop(lanes, bench.pick(sliceMs, sliceMs / 3), bench.signal, lane);
          // What the server still removes and starts must not slow the yardstick.
          await bench.idle();
          await closedLoop(lanes, bench.pick(BARE_SLICE_MS, 200), bench.signal, () => bench.bare(program, bare));
        }
      }
      for (const { program, series, bare } of parts) {
        const { name } = program.runtime;
        rows.push(
          measuredRow({
            id: `concurrency.${lanes}.${name}`,
            what: `Execute, ${name}, unspaced, concurrency ${lanes}`,
            unit: 'ms',
            series,
            yardstick: { what: `bare ${name} × ${lanes}`, series: bare },
          }),
        );
      }
    }
    return rows;
  },
};
