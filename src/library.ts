import { Isol8 } from '../clients/typescript/src/index.ts';
import { Isol8Engine } from '../clients/typescript/src/remote/index.ts';
import { RUNTIMES } from './engine/runtimes/registry.ts';
import { type LocalServer, startLocalServer } from './local.ts';

export * from '../clients/typescript/src/remote/index.ts';
export { type LocalServer, startLocalServer } from './local.ts';

/** What `start` may be told. */
export interface StartOptions {
  /** Runtimes for which a sandbox waits from now on: all with `true`. Others wait once they were asked for. */
  readonly prewarm?: boolean | { readonly runtimes?: readonly string[] };
}

/**
 * isol8 inside this process, in the shape of the reference library: no server that others reach, and Docker on this machine.
 * What it starts ends with `stop`, and with the process.
 */
export class DockerIsol8 extends Isol8Engine {
  #prewarm: StartOptions['prewarm'];
  #server: LocalServer | undefined;

  /** Starts the engine. Starting twice is no error; what waits is decided by the first time. */
  override async start({ prewarm }: StartOptions = {}): Promise<void> {
    this.#prewarm = prewarm;
    await super.start();
  }

  protected override async connect(): Promise<Isol8> {
    this.#server = await startLocalServer({ ISOL8_POOL: poolOf(this.#prewarm) });
    const { address, apiKey } = this.#server;
    return new Isol8({ address, apiKey });
  }

  protected override async disconnect(client: Isol8): Promise<void> {
    client.close();
    const server = this.#server;
    this.#server = undefined;
    await server?.[Symbol.asyncDispose]();
  }
}

/** The setting that keeps a sandbox waiting for each. */
function poolOf(prewarm: StartOptions['prewarm']): string {
  if (!prewarm) return 'none';
  const { runtimes = RUNTIMES.map(({ name }) => name) } = prewarm === true ? {} : prewarm;
  return runtimes.map((name) => `${name}=1`).join(',') || 'none';
}
