import { createHash } from 'node:crypto';
import type { Request } from '../../support/collect.ts';
import type { Bench, Measurement } from '../bench.ts';
import { deadline, messageOf, requestOf } from '../call.ts';
import { rounds } from '../loop.ts';
import { oneLiner } from '../programs.ts';
import { measuredRow, type Row } from '../row.ts';
import { Series } from '../series.ts';

const PYTHON = oneLiner('python');

const OUTPUT_BYTES = 100_000_000;
const FLOOD = 'import sys\nfor _ in range(1000): sys.stdout.buffer.write(b"x" * 100_000)';

/** As tokens are: 44 characters without any order. */
const SECRETS = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`SECRET_${i}`, createHash('sha256').update(`${i}`).digest('base64')]),
);

interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly bytes: number;
}

/** Output while the program runs. */
export const stream: Measurement = {
  name: 'stream',
  about:
    'first byte of a stream, and 100 MB of output through one, with and without secrets, against the bare interpreter',
  async run(bench: Bench): Promise<Row[]> {
    const first = { series: new Series(), bare: new Series() };
    const flood = { series: new Series(), masked: new Series(), bare: new Series() };
    await read(bench, requestOf(PYTHON));
    await bench.bare(PYTHON);
    await rounds(bench.pick(20, 4), bench.pick(25_000, 6_000), bench.signal, async (i) => {
      bench.progress.say(`stream: first byte ${i + 1}`);
      await bench.idle();
      await noting(bench, first.series, async () => (await read(bench, requestOf(PYTHON))).firstMs);
      first.bare.add(await bench.bareRun(PYTHON, ({ firstByteMs }) => ({ value: firstByteMs })));
    });
    await rounds(bench.pick(5, 1), 45_000, bench.signal, async (i) => {
      bench.progress.say(`stream: 100 MB, ${i + 1}`);
      // What comes second finds another sandbox waiting, so they take turns in that too.
      for (const masked of [i % 2 === 0, i % 2 !== 0]) {
        await bench.idle();
        await noting(bench, masked ? flood.masked : flood.series, () => floodRate(bench, masked ? SECRETS : {}));
      }
      const program = { ...PYTHON, code: FLOOD };
      flood.bare.add(
        await bench.bareRun(program, ({ ms, firstByteMs, bytes }) =>
          bytes === OUTPUT_BYTES
            ? { value: bytes / 1000 / (ms - firstByteMs) }
            : { failure: `${bytes} bytes came of ${OUTPUT_BYTES}` },
        ),
      );
    });
    return [
      measuredRow({
        id: 'stream.first-byte',
        what: 'ExecuteStream, python, first byte',
        unit: 'ms',
        series: first.series,
        yardstick: { what: 'bare python, first byte', series: first.bare },
      }),
      measuredRow({
        id: 'stream.100-mb',
        what: 'ExecuteStream, python, 100 MB: first byte to last',
        unit: 'MB/s',
        series: flood.series,
        yardstick: { what: 'bare python, a pipe', series: flood.bare },
      }),
      measuredRow({
        id: 'stream.100-mb.secrets',
        what: 'the same with 20 secrets to mask',
        unit: 'MB/s',
        series: flood.masked,
        yardstick: { what: 'the same without', series: flood.series },
      }),
    ];
  },
};

/** Reads the flood; in MB/s. */
async function floodRate(bench: Bench, secrets: Record<string, string>): Promise<number> {
  const source = { case: 'code' as const, value: FLOOD };
  const policy = { limits: { outputBytes: 128n << 20n, timeout: { seconds: 100n } } };
  const { firstMs, lastMs, bytes } = await read(bench, { runtime: 'python', source, secrets, policy });
  if (bytes !== OUTPUT_BYTES) throw new Error(`${bytes} bytes came of ${OUTPUT_BYTES}`);
  return OUTPUT_BYTES / 1000 / (lastMs - firstMs);
}

async function noting(bench: Bench, series: Series, measure: () => Promise<number>): Promise<void> {
  try {
    series.add({ value: await measure() });
  } catch (error) {
    bench.signal.throwIfAborted();
    series.add({ failure: messageOf(error) });
  }
}

/** Reads a stream as it comes and keeps nothing of it. */
async function read(bench: Bench, execute: Request): Promise<Seen> {
  const begun = performance.now();
  let firstMs = 0;
  let lastMs = 0;
  let bytes = 0;
  for await (const { event } of bench.isol8.executeStream({ execute }, { signal: deadline(bench.signal) })) {
    if (event?.event.case === 'finished' && event.event.value.exitCode !== 0) throw new Error('it did not exit with 0');
    if (event?.event.case !== 'output') continue;
    lastMs = performance.now() - begun;
    if (bytes === 0) firstMs = lastMs;
    // What is written here is ASCII: a character is a byte.
    bytes += event.event.value.content.value?.length ?? 0;
  }
  if (bytes === 0) throw new Error('no output came');
  return { firstMs, lastMs, bytes };
}
