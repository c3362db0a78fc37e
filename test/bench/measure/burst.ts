import type { Bench, Measurement } from '../bench.ts';
import { rounds } from '../loop.ts';
import { oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

const CALLS = 50;

/** Many calls in the same moment. */
export const burst: Measurement = {
  name: 'burst',
  about: '50 calls of python at once against an idle server, against 50 bare interpreters at once',
  async run(bench: Bench): Promise<Row[]> {
    const program = oneLiner('python');
    await bench.call(program);
    await bench.bare(program);
    const parts = { series: new Series(), bare: new Series(), last: new Series(), bareLast: new Series() };
    await rounds(bench.pick(2, 1), 30_000, bench.signal, async (round) => {
      bench.progress.say(`burst ${round + 1}`);
      await bench.idle();
      await atOnce(parts.last, () => bench.call(program, parts.series));
      await bench.idle();
      await atOnce(parts.bareLast, () => bench.bare(program, parts.bare));
    });
    return [
      measuredRow({
        id: 'burst.python',
        what: `Execute, python, ${CALLS} at once: each`,
        unit: 'ms',
        series: parts.series,
        yardstick: { what: `bare python × ${CALLS}`, series: parts.bare },
      }),
      measuredRow({
        id: 'burst.python.last',
        what: `Execute, python, ${CALLS} at once: until the last`,
        unit: 'ms',
        series: parts.last,
        yardstick: { what: `bare python × ${CALLS}`, series: parts.bareLast },
      }),
    ];
  },
};

async function atOnce(last: Series, once: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await Promise.all(Array.from({ length: CALLS }, once));
  last.add({ value: performance.now() - begun });
}
