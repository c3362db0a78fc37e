import { Reuse } from '../../../gen/isol8/v1/policy_pb.ts';
import type { Bench, Measurement } from '../bench.ts';
import { messageOf } from '../call.ts';
import { type Rate, steadyRate } from '../loop.ts';
import { oneLiner } from '../programs.ts';
import { measuredRow, type Row, unavailableRow } from '../row.ts';
import { Series } from '../series.ts';

const LANES = 8;

/** Raw Docker is tried with each; the best goes on. */
const RAW_LANES = [1, 2, 4, 8];

const SAME_TENANT = { isolation: { reuse: Reuse.SAME_TENANT } };

/** Calls a second in a steady state, in slices that take turns. */
export const sustained: Measurement = {
  name: 'sustained',
  about: 'calls a second: fresh sandboxes against raw Docker create + start + remove, and SAME_TENANT against fresh',
  async run(bench: Bench): Promise<Row[]> {
    const program = oneLiner('python');
    const failures: string[] = [];
    // One that failed is no call answered: it makes the row say so, and its slice slower.
    const counted = (policy?: typeof SAME_TENANT) => async () => {
      const { failure } = await bench.call(program, undefined, policy);
      if (failure !== undefined) failures.push(failure);
    };
    const raw = async () => {
      try {
        await bench.raw.throughOnce(program);
      } catch (error) {
        failures.push(`raw Docker: ${messageOf(error)}`);
      }
    };
    // Ramp and span of a slice.
    const spans = { ramp: bench.pick(2000, 1000), span: bench.pick(6000, 2500) };
    const slice = async (lanes: number, what: string, once: () => Promise<void>, span = spans.span) => {
      bench.progress.say(`sustained: ${what}, ${lanes} at once`);
      await bench.idle();
      return await steadyRate(lanes, spans.ramp, span, bench.signal, once);
    };

    const { notBuilt } = await bench.call(program, undefined, SAME_TENANT);
    const trialMs = bench.pick(4000, 1500);
    const tried: { lanes: number; rate: Rate }[] = [];
    for (const lanes of RAW_LANES) tried.push({ lanes, rate: await slice(lanes, 'raw Docker', raw, trialMs) });
    const best = tried.reduce((a, b) => (b.rate.perSecond > a.rate.perSecond ? b : a));

    const series = { fresh: new Series(), raw: new Series(), reused: new Series() };
    const calls = { fresh: 0, raw: 0, reused: 0 };
    const note = (which: keyof typeof series, { perSecond, count }: Rate) => {
      calls[which] += count;
      series[which].add({ value: perSecond });
      for (const failure of failures.splice(0)) series[which].add({ failure });
    };
    failures.length = 0;
    for (let round = 0; round < bench.pick(3, 1); round++) {
      note('raw', await slice(best.lanes, 'raw Docker', raw));
      note('fresh', await slice(LANES, 'fresh', counted()));
      if (notBuilt === undefined) note('reused', await slice(LANES, 'SAME_TENANT', counted(SAME_TENANT)));
    }
    const trial = tried.map(({ lanes, rate }) => `${lanes}: ${rate.perSecond.toFixed(1)}`).join(', ');
    const fresh = measuredRow({
      id: 'sustained.fresh',
      what: `sustained, fresh, concurrency ${LANES}: slices`,
      unit: 'calls/s',
      series: series.fresh,
      yardstick: { what: `raw Docker × ${best.lanes}`, series: series.raw },
      notes: [
        `${calls.fresh} calls and ${calls.raw} raw containers in slices of ${spans.span / 1000} s, after ${spans.ramp / 1000} s each that are not counted; raw at concurrency ${trial}`,
      ],
    });
    const what = `sustained, SAME_TENANT, concurrency ${LANES}: slices`;
    if (notBuilt !== undefined) return [fresh, unavailableRow('sustained.same-tenant', what, 'calls/s', notBuilt)];
    const reused = measuredRow({
      id: 'sustained.same-tenant',
      what,
      unit: 'calls/s',
      series: series.reused,
      yardstick: { what: 'fresh', series: series.fresh },
      notes: [`${calls.reused} calls`],
    });
    return [fresh, reused];
  },
};
