import type { Engine, ExecutionRequest, ExecutionResult } from '../types.ts';
import type { Ended } from './verdict.ts';

/** What a program prints when it has taken everything and keeps it. */
const HOLDING = 'holding\n';

/** A program of an attempt that runs. Disposing of it ends it. */
export interface Program extends AsyncDisposable {
  /** Rejects with what kept it from starting. */
  readonly ended: Promise<Ended>;
  readonly hasEnded: boolean;
  /** Resolves when it has said that it holds what it took, or has ended without that. */
  holds(): Promise<boolean>;
}

/** Starts a program and reads all that it says. */
export function begin(engine: Pick<Engine, 'start'>, request: ExecutionRequest, signal: AbortSignal): Program {
  const end = new AbortController();
  const execution = engine.start(request, AbortSignal.any([signal, end.signal]));
  const holding = Promise.withResolvers<boolean>();
  let hasEnded = false;

  async function read(): Promise<Ended> {
    const text = { STDOUT: '', STDERR: '' };
    const pieces = new Map<string, Uint8Array[]>();
    let result: ExecutionResult | undefined;
    for await (const event of execution.events()) {
      if (event.kind === 'text') text[event.stream] += event.text;
      if (event.kind === 'file') pieces.set(event.path, [...(pieces.get(event.path) ?? []), event.chunk]);
      if (event.kind === 'finished') result = event.result;
      if (text.STDOUT.endsWith(HOLDING)) holding.resolve(true);
    }
    if (result === undefined) throw new Error('an execution without finished');
    const files = new Map([...pieces].map(([path, all]) => [path, Buffer.concat(all).toString('utf8')]));
    return { result, stdout: text.STDOUT, stderr: text.STDERR, files };
  }

  const ended = read().finally(() => {
    hasEnded = true;
    holding.resolve(false);
  });
  // Whoever waits for it hears of it; it may as well be that nobody does.
  ended.catch(() => {});
  return {
    ended,
    get hasEnded() {
      return hasEnded;
    },
    holds: () => holding.promise,
    async [Symbol.asyncDispose]() {
      end.abort();
      await ended.catch(() => {});
    },
  };
}
