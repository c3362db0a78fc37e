import { Reuse } from '../../../gen/isol8/v1/policy_pb.ts';
import type { Bench, Measurement } from '../bench.ts';
import { execute, requestOf } from '../call.ts';
import { type HeldMemory, heldMemoryOf, inspectorUrl } from '../inspector.ts';
import { closedLoop } from '../loop.ts';
import { oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';
import { type BenchServer, startBenchServer } from '../server.ts';
import { short } from '../table.ts';

const FIRST_CALLS = 200;
const ALL_CALLS = 2000;
const LANES = 8;

/**
 * What the server holds on to after calls, against after fewer. A server of its own, started with Node's inspector, by
 * which it is asked to collect and to tell: no code of isol8 is there for it.
 */
export const growth: Measurement = {
  name: 'growth',
  about: 'heap of the server after 2,000 calls against after 200',
  async run(bench: Bench): Promise<Row[]> {
    await using server = await startBenchServer(bench.docker, ['--expose-gc', '--inspect=127.0.0.1:0']);
    const url = inspectorUrl(server.log.join(''));
    const program = oneLiner('bash');
    const sameTenant = { isolation: { reuse: Reuse.SAME_TENANT } };
    const { notBuilt } = await execute(server.isol8, requestOf(program, sameTenant), bench.signal);
    const request = requestOf(program, notBuilt === undefined ? sameTenant : undefined);
    const series = new Series();
    let calls = 0;
    const upTo = async (goal: number, forMs: number): Promise<HeldMemory> => {
      const once = async () => {
        calls += 1;
        if (calls % 50 === 0) bench.progress.say(`growth: call ${calls}`);
        const { failure } = await execute(server.isol8, request, bench.signal);
        if (failure !== undefined) series.add({ failure });
      };
      await closedLoop(LANES, forMs, bench.signal, once, () => calls < goal);
      return await held(bench, server, url);
    };
    const before = await upTo(bench.pick(FIRST_CALLS, 20), bench.pick(35_000, 6_000));
    const first = calls;
    const after = await upTo(bench.pick(ALL_CALLS, 60), bench.pick(30_000, 6_000));
    series.add({ value: after.held - before.held });
    const shortfall =
      first === FIRST_CALLS && calls === ALL_CALLS
        ? undefined
        : `calls ${first} to ${calls} instead of ${FIRST_CALLS} to ${ALL_CALLS}: no more fit into the time`;
    const rss = new Series();
    rss.add({ value: after.rss - before.rss });
    const how = notBuilt === undefined ? 'SAME_TENANT' : `fresh sandboxes (SAME_TENANT: ${notBuilt})`;
    return [
      measuredRow({
        id: 'growth.heap',
        what: `growth of the server's heap, call ${first} to ${calls}`,
        unit: 'MB',
        series,
        shortfall,
        notes: [
          `bash, ${how}; used + external + array buffers after collection: ${short(before.held)} → ${short(after.held)}`,
        ],
      }),
      measuredRow({
        id: 'growth.rss',
        what: `growth of the server's RSS, call ${first} to ${calls}`,
        unit: 'MB',
        series: rss,
        shortfall,
        notes: [`${short(before.rss)} → ${short(after.rss)}`],
      }),
    ];
  },
};

async function held(bench: Bench, server: BenchServer, url: string): Promise<HeldMemory> {
  await server.idle(bench.signal);
  return await heldMemoryOf(url);
}
