import { LABELS } from '../../../src/engine/sandbox/labels.ts';
import type { Bench, Measurement } from '../bench.ts';
import { memoryOf, memoryOfContainer } from '../memory-of.ts';
import { ONE_LINERS } from '../programs.ts';
import { measuredRow, type Row, unavailableRow } from '../row.ts';
import { Series } from '../series.ts';
import { short } from '../table.ts';

/** Memory of the server, and of every sandbox that waits. Run after everything else. */
export const memory: Measurement = {
  name: 'memory',
  about: 'memory of the server, and of each waiting sandbox (shim, guest and interpreter)',
  async run(bench: Bench): Promise<Row[]> {
    bench.progress.say('memory');
    for (const program of ONE_LINERS) await bench.call(program);
    await bench.idle();
    const now = memoryOf(bench.server.process.pid);
    const row = (id: string, what: string, value: number, notes: string[] = []) => {
      const series = new Series();
      series.add({ value });
      return measuredRow({ id, what, unit: 'MB', series, notes });
    };
    return [
      row('memory.server.start', 'server, just started, RSS', bench.atStart.rss, [`PSS ${short(bench.atStart.pss)}`]),
      row('memory.server.end', 'server, after the run, RSS', now.rss, [
        `PSS ${short(now.pss)}; the most it ever had: ${short(now.peak)}`,
      ]),
      ...(await waitingRows(bench)),
    ];
  },
};

async function waitingRows(bench: Bench): Promise<Row[]> {
  const waiting = await bench.server.containers();
  return await Promise.all(
    ONE_LINERS.map(async ({ runtime: { name } }) => {
      const series = new Series();
      const parts: string[] = [];
      for (const { id, labels } of waiting) {
        if (labels[LABELS.runtime] !== name) continue;
        const { State } = await bench.docker.client.getContainer(id).inspect();
        const { shim, guest, others } = memoryOfContainer(State.Pid);
        series.add({ value: shim + guest + others });
        parts.push(`${short(shim)} + ${short(guest)} + ${short(others)}`);
      }
      const what = `waiting sandbox, ${name}, PSS`;
      const id = `memory.waiting.${name}`;
      if (series.values.length === 0) return unavailableRow(id, what, 'MB', 'no sandbox of it waits on this server');
      return measuredRow({ id, what, unit: 'MB', series, notes: [`shim + guest + interpreter: ${parts.join('; ')}`] });
    }),
  );
}
