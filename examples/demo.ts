// `npm run demo`: starts isol8 on a socket of its own, calls it as any gRPC client would, and shows what happens.
// Ends with 1 when anything is not as it should be.
import { styleText } from 'node:util';
import { InvalidRequestError, Isol8 } from '../clients/typescript/src/index.ts';
import { ConfigError } from '../src/config.ts';
import { EngineError } from '../src/engine/errors.ts';
import { startLocalServer } from '../src/local.ts';
import { headline, line, next, note, quote, verdict } from './support/print.ts';

const PROGRAMS = {
  python: 'import sys; print("Hello from Python", sys.version.split()[0])',
  node: 'console.log("Hello from Node", process.version)',
  bun: 'console.log("Hello from Bun", Bun.version)',
  deno: 'console.log("Hello from Deno", Deno.version.deno)',
  bash: 'echo "Hello from Bash $BASH_VERSION"',
};

async function runtimes(client: Isol8): Promise<void> {
  headline('The same call in every runtime');
  for (const [runtime, code] of Object.entries(PROGRAMS)) {
    const answer = await client.execute({ runtime, code });
    line(runtime, answer.stdout.trimEnd(), `${answer.outcome}, ${milliseconds(answer.timings.totalMs)}`);
    verdict(
      answer.exitCode === 0 && answer.stdout.startsWith('Hello'),
      `${runtime}: ${answer.outcome} ${answer.stderr}`,
    );
  }
}

async function streaming(client: Isol8): Promise<void> {
  headline('Output arrives while the program runs');
  const code = [
    'import sys, time',
    'for i in range(1, 4):',
    '    sys.stdout.write(f"line {i}\\n"); sys.stdout.flush()',
    '    time.sleep(0.4)',
  ].join('\n');
  const start = performance.now();
  const arrivals: number[] = [];
  for await (const event of client.executeStream({ runtime: 'python', code })) {
    const at = performance.now() - start;
    if (event.type === 'stdout' || event.type === 'stderr') {
      arrivals.push(at);
      line(`${Math.round(at)} ms`, event.data.trimEnd());
    }
    if (event.type === 'exit') line(`${Math.round(at)} ms`, event.outcome);
  }
  const spread = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  verdict(arrivals.length >= 3 && spread > 500, `output came in ${arrivals.length} pieces within ${spread} ms`);
}

async function timeLimit(client: Isol8): Promise<void> {
  headline('A program that runs for too long is stopped; what it wrote is kept');
  const answer = await client.execute({
    runtime: 'bash',
    code: 'echo "working on it"; sleep 3600',
    policy: { limits: { timeoutMs: 1000 } },
  });
  line(answer.outcome, quote(answer.stdout), milliseconds(answer.timings.runMs));
  verdict(answer.outcome === 'TIMED_OUT' && answer.stdout === 'working on it\n', `${answer.outcome} ${answer.message}`);
}

async function memoryLimit(client: Isol8): Promise<void> {
  headline('A program that takes too much memory is stopped');
  const answer = await client.execute({
    runtime: 'python',
    code: 'print("filling", flush=True)\nhoard = b"x" * (1 << 30)',
    policy: { limits: { memoryBytes: 128 * 2 ** 20 } },
  });
  line(answer.outcome, quote(answer.stdout), `${answer.usage.oomKills ?? 0} killed for memory`);
  verdict(answer.outcome === 'OUT_OF_MEMORY', `${answer.outcome} ${answer.message}`);
}

async function refusal(client: Isol8): Promise<void> {
  headline('A request that is wrong is refused, and says where');
  const request = {
    runtime: 'python',
    code: 'print("never")',
    workingDirectory: '/etc',
    files: { '../../etc/passwd': '' },
  };
  const refused = await client.execute(request).catch((error: unknown) => error);
  if (!(refused instanceof InvalidRequestError)) throw refused;
  const { code, reason, violations } = refused;
  line(`${code}, ${reason}`, '');
  for (const { field, description } of violations) line(field, description);
  verdict(reason === 'INVALID_FIELD' && violations.length === 2, 'not every wrong field was named');
}

function milliseconds(span: number | undefined): string {
  return span === undefined ? '' : `${Math.round(span)} ms`;
}

try {
  await using server = await startLocalServer();
  const { address, apiKey } = server;
  note(`isol8 listens on ${address}`);
  using client = new Isol8({ address, apiKey });
  for (const scene of [runtimes, streaming, timeLimit, memoryLimit, refusal]) await scene(client);
  next('Next: make serve, then README.md shows how to call it; docs/usage.md shows the rest.');
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof EngineError)) throw error;
  process.stderr.write(`${styleText('red', error.message, { stream: process.stderr })}\n`);
  process.exitCode = 1;
}
