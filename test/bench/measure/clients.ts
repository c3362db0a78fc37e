import { Isol8 } from '../../../clients/typescript/src/index.ts';
import { run } from '../../support/command.ts';
import { TEST_KEY } from '../../support/server.ts';
import type { Bench, Measurement } from '../bench.ts';
import { deadline } from '../call.ts';
import { measuredRow, type Row, unavailableRow } from '../row.ts';
import { Series } from '../series.ts';

const CONTEXT = 'clients';
const CODE = '1';

/** Samples in milliseconds. */
interface Samples {
  readonly client: readonly number[];
  readonly stub: readonly number[];
}

/** What each client adds to a call over the raw stub: calls in a context, the shortest there are, in turns. */
export const clients: Measurement = {
  name: 'clients',
  about: 'a call of each client, against the raw stub of its language',
  async run(bench: Bench): Promise<Row[]> {
    const { isol8, process: server } = bench.server;
    const { session } = await isol8.createSession({ runtime: 'python' });
    const sessionId = session?.sessionId ?? '';
    try {
      const count = bench.pick(400, 40);
      const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY, PYTHONPATH: 'clients/python/src' };
      bench.progress.say('clients: TypeScript');
      const typescript = await inTypeScript(bench, sessionId, count);
      bench.progress.say('clients: Python');
      const { code, stdout, stderr } = await run(
        '.venv/bin/python',
        ['test/bench/clients.py', sessionId, String(count)],
        { env },
      );
      const python = code === 0 ? (JSON.parse(stdout) as Record<string, Samples>) : stderr;
      return [
        row('typescript', typescript),
        ...['python', 'python-async'].map((name) =>
          typeof python === 'string'
            ? unavailableRow(`clients.${name}`, name, 'ms', python)
            : row(name, python[name] ?? { client: [], stub: [] }),
        ),
      ];
    } finally {
      await isol8.deleteSession({ sessionId });
    }
  },
};

async function inTypeScript({ server, signal }: Bench, sessionId: string, count: number): Promise<Samples> {
  const samples = { client: [] as number[], stub: [] as number[] };
  using client = new Isol8({ address: server.process.address, apiKey: TEST_KEY });
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    (await client.execute({ sessionId, context: CONTEXT, code: CODE }, { signal })).check();
    const between = performance.now();
    const source = { case: 'code' as const, value: CODE };
    await server.isol8.execute({ sessionId, context: CONTEXT, source }, { signal: deadline(signal) });
    samples.client.push(between - begun);
    samples.stub.push(performance.now() - between);
  }
  return samples;
}

function row(name: string, { client, stub }: Samples): Row {
  const seriesOf = (values: readonly number[]) => {
    const series = new Series();
    // The first calls load and compile; a client that stays does that once.
    for (const value of values.slice(20)) series.add({ value });
    return series;
  };
  return measuredRow({
    id: `clients.${name}`,
    what: `a call in a context, client: ${name}`,
    unit: 'ms',
    series: seriesOf(client),
    yardstick: { what: 'the raw stub', series: seriesOf(stub) },
  });
}
