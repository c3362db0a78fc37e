// `npm run demo`: starts isol8 on a free port, calls it as any gRPC client would, and shows what happens.
// Ends with 1 when anything is not as it should be.
import { styleText } from 'node:util';
import { ConfigError, loadConfig } from '../src/config.ts';
import { EngineError } from '../src/engine/errors.ts';
import { startIsol8 } from '../src/main.ts';
import { createLog } from '../src/telemetry/log.ts';
import { type Client, connect, refusalOf } from './support/client.ts';
import { headline, line, next, note, outcome, quote, verdict } from './support/print.ts';

const PROGRAMS = {
  python: 'import sys; print("Hello from Python", sys.version.split()[0])',
  node: 'console.log("Hello from Node", process.version)',
  bun: 'console.log("Hello from Bun", Bun.version)',
  deno: 'console.log("Hello from Deno", Deno.version.deno)',
  bash: 'echo "Hello from Bash $BASH_VERSION"',
};

async function runtimes(client: Client): Promise<void> {
  headline('The same call in every runtime');
  for (const [runtime, code] of Object.entries(PROGRAMS)) {
    const answer = await client.execute({ runtime, source: { case: 'code', value: code } });
    line(runtime, answer.stdout.trimEnd(), `${outcome(answer)}, ${milliseconds(answer.timings?.total)}`);
    verdict(
      answer.exitCode === 0 && answer.stdout.startsWith('Hello'),
      `${runtime}: ${outcome(answer)} ${answer.stderr}`,
    );
  }
}

async function streaming(client: Client): Promise<void> {
  headline('Output arrives while the program runs');
  const code = [
    'import sys, time',
    'for i in range(1, 4):',
    '    sys.stdout.write(f"line {i}\\n"); sys.stdout.flush()',
    '    time.sleep(0.4)',
  ].join('\n');
  const start = performance.now();
  const arrivals: number[] = [];
  for await (const { event } of client.executeStream({
    execute: { runtime: 'python', source: { case: 'code', value: code } },
  })) {
    const at = performance.now() - start;
    if (event?.event.case === 'output') {
      arrivals.push(at);
      line(`${Math.round(at)} ms`, String(event.event.value.content.value).trimEnd());
    }
    if (event?.event.case === 'finished') line(`${Math.round(at)} ms`, outcome(event.event.value));
  }
  const spread = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  verdict(arrivals.length >= 3 && spread > 500, `output came in ${arrivals.length} pieces within ${spread} ms`);
}

async function timeLimit(client: Client): Promise<void> {
  headline('A program that runs for too long is stopped; what it wrote is kept');
  const answer = await client.execute({
    runtime: 'bash',
    source: { case: 'code', value: 'echo "working on it"; sleep 3600' },
    policy: { limits: { timeout: { seconds: 1n } } },
  });
  line(outcome(answer), quote(answer.stdout), milliseconds(answer.timings?.run));
  verdict(
    outcome(answer) === 'TIMED_OUT' && answer.stdout === 'working on it\n',
    `${outcome(answer)} ${answer.message}`,
  );
}

async function memoryLimit(client: Client): Promise<void> {
  headline('A program that takes too much memory is stopped');
  const answer = await client.execute({
    runtime: 'python',
    source: { case: 'code', value: 'print("filling", flush=True)\nhoard = b"x" * (1 << 30)' },
    policy: { limits: { memoryBytes: 128n << 20n } },
  });
  line(outcome(answer), quote(answer.stdout), `${answer.usage?.oomKills ?? 0} killed for memory`);
  verdict(outcome(answer) === 'OUT_OF_MEMORY', `${outcome(answer)} ${answer.message}`);
}

async function refusal(client: Client): Promise<void> {
  headline('A request that is wrong is refused, and says where');
  const refused = await refusalOf((options) =>
    client.execute(
      {
        runtime: 'python',
        source: { case: 'code', value: 'print("never")' },
        workingDirectory: '/etc',
        files: [{ path: '../../etc/passwd', content: new Uint8Array() }],
      },
      options,
    ),
  );
  line(`${refused?.code}, ${refused?.reason}`, '');
  for (const { field, description } of refused?.violations ?? []) line(field, description);
  verdict(refused?.reason === 'INVALID_FIELD' && refused.violations.length === 2, 'not every wrong field was named');
}

function milliseconds(duration: { seconds: bigint; nanos: number } | undefined): string {
  return duration === undefined ? '' : `${Math.round(Number(duration.seconds) * 1000 + duration.nanos / 1e6)} ms`;
}

try {
  const config = loadConfig({ ...process.env, ISOL8_LISTEN: '127.0.0.1:0' });
  await using isol8 = await startIsol8(config, createLog(process.env['ISOL8_LOG_LEVEL'] ?? 'error'));
  note(`isol8 listens on ${isol8.server.address}`);
  using client = connect(isol8.server.address, isol8.server.apiKey);
  for (const scene of [runtimes, streaming, timeLimit, memoryLimit, refusal]) await scene(client.isol8);
  next('Next: make serve, then README.md shows how to call it; docs/usage.md shows the rest.');
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof EngineError)) throw error;
  process.stderr.write(`${styleText('red', error.message, { stream: process.stderr })}\n`);
  process.exitCode = 1;
}
