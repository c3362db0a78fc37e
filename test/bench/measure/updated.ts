import type { Bench, Measurement } from '../bench.ts';
import { rounds, until } from '../loop.ts';
import { oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

const LIMITS = {
  cpu: { cpuCores: 0.5 },
  memory: { memoryBytes: 256n << 20n },
  processes: { processes: 64 },
} as const;

/** Between the beginnings of two calls. */
const SPACE_MS = 800;

/** Execute with one limit that is not the default, which a waiting sandbox has to be given. */
export const updated: Measurement = {
  name: 'updated',
  about: 'Execute, spaced, with CPU, memory or processes that are not the default: python and node',
  async run(bench: Bench): Promise<Row[]> {
    const parts = ['python', 'node'].flatMap((name) =>
      Object.entries(LIMITS).map(([limit, limits]) => ({ name, limit, limits, series: new Series() })),
    );
    for (const { name, limits } of parts) await bench.call(oneLiner(name), undefined, { limits });
    await bench.idle();
    let begin = performance.now();
    await rounds(bench.pick(7, 1), bench.pick(35_000, 5_000), bench.signal, async (round) => {
      for (const { name, limit, limits, series } of parts) {
        bench.progress.say(`updated: round ${round + 1}, ${name}, ${limit}`);
        await until(begin, bench.signal);
        begin = performance.now() + SPACE_MS;
        await bench.call(oneLiner(name), series, { limits });
      }
    });
    return parts.map(({ name, limit, series }) =>
      measuredRow({
        id: `updated.${name}.${limit}`,
        what: `Execute, ${name}, another limit: ${limit}`,
        unit: 'ms',
        series,
      }),
    );
  },
};
