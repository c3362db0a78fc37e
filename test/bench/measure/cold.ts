import type { Bench, Measurement } from '../bench.ts';
import { messageOf } from '../call.ts';
import { rounds } from '../loop.ts';
import { ONE_LINERS } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

const WORKSPACE_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 4096;

/** Execute with a sandbox that has to be started: a size of /sandbox that nobody asked for before is in each request. */
export const cold: Measurement = {
  name: 'cold',
  about: 'Execute with a sandbox that has to be started, against raw Docker create + attach + start + first output',
  async run(bench: Bench): Promise<Row[]> {
    const parts = ONE_LINERS.map((program) => ({ program, series: new Series(), raw: new Series() }));
    let asked = 0;
    const policy = () => ({ limits: { workspaceBytes: BigInt(WORKSPACE_BYTES + PAGE_BYTES * ++asked) } });
    const raw = async ({ program, raw }: (typeof parts)[number], isCounted: boolean) => {
      try {
        const value = await bench.raw.firstOutput(program);
        if (isCounted) raw.add({ value });
      } catch (error) {
        raw.add({ failure: messageOf(error) });
      }
    };
    for (const part of parts) {
      await bench.call(part.program, undefined, policy());
      await raw(part, false);
    }
    await rounds(20, bench.pick(40_000, 5_000), bench.signal, async (round) => {
      for (const part of parts) {
        bench.progress.say(`cold: round ${round + 1}, ${part.program.runtime.name}`);
        await bench.idle();
        await bench.call(part.program, part.series, policy());
        await bench.idle();
        await raw(part, true);
      }
    });
    return parts.map(({ program: { runtime }, series, raw }) =>
      measuredRow({
        id: `cold.${runtime.name}`,
        what: `cold Execute, ${runtime.name}`,
        unit: 'ms',
        series,
        yardstick: { what: `raw Docker, ${runtime.name}`, series: raw },
      }),
    );
  },
};
