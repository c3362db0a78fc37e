import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { RUNTIMES } from '../../src/engine/runtimes/registry.ts';
import type { Isol8Client } from '../support/client.ts';
import { BareInterpreters, type BareRun } from './bare.ts';
import { type Call, execute, messageOf, requestOf, sampleOf } from './call.ts';
import type { ProcessMemory } from './memory-of.ts';
import { ANSWER, type OneLiner } from './programs.ts';
import type { Progress } from './progress.ts';
import type { RawDocker } from './raw-docker.ts';
import type { Row } from './row.ts';
import type { Sample, Series } from './series.ts';
import type { BenchServer } from './server.ts';

/** One measurement: a name for the command line, what it is about, and its rows. */
export interface Measurement {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  run(bench: Bench): Promise<Row[]>;
}

/** What measurements share: one server, one client, one Docker, one set of yardsticks. */
export class Bench implements AsyncDisposable {
  readonly quick: boolean;
  /** Aborts when the run is to end. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly raw: RawDocker;
  readonly server: BenchServer;
  /** Of the server before its first call. */
  readonly atStart: ProcessMemory;
  #bare: Promise<BareInterpreters> | undefined;

  constructor(parts: Pick<Bench, 'quick' | 'signal' | 'progress' | 'raw' | 'server' | 'atStart'>) {
    this.quick = parts.quick;
    this.signal = parts.signal;
    this.progress = parts.progress;
    this.raw = parts.raw;
    this.server = parts.server;
    this.atStart = parts.atStart;
  }

  get isol8(): Isol8Client {
    return this.server.isol8;
  }

  get docker(): DockerConnection {
    return this.raw.docker;
  }

  /** How much of something is measured: in a whole run, or in a quick one. */
  pick(whole: number, quick: number): number {
    return this.quick ? quick : whole;
  }

  /** Executes a one-liner and notes its wall time. */
  async call(program: OneLiner, series?: Series, policy?: Parameters<typeof requestOf>[1]): Promise<Call> {
    const call = await execute(this.isol8, requestOf(program, policy), this.signal);
    series?.add(sampleOf(call));
    return call;
  }

  /** Runs a one-liner with the bare interpreter and notes its time, or what hindered it. */
  async bare({ runtime, code }: OneLiner, series?: Series): Promise<void> {
    const sample = await this.bareRun({ runtime, code }, ({ ms, head }) =>
      head === ANSWER ? { value: ms } : { failure: `it said ${JSON.stringify(head)}` },
    );
    series?.add(sample);
  }

  /** Runs any program with the bare interpreter of a runtime. */
  async bareRun(
    { runtime, code }: Pick<OneLiner, 'runtime' | 'code'>,
    read: (run: BareRun) => Sample,
  ): Promise<Sample> {
    this.signal.throwIfAborted();
    this.#bare ??= BareInterpreters.open(this.docker, this.raw.owner, RUNTIMES);
    try {
      return read(await (await this.#bare).run(runtime, code));
    } catch (error) {
      return { failure: messageOf(error) };
    }
  }

  /** Resolves when nothing is started or removed, so that what is measured next begins with an idle server. */
  idle(): Promise<void> {
    return this.server.idle(this.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const bare = await this.#bare?.catch(() => undefined);
    await bare?.[Symbol.asyncDispose]();
  }
}
