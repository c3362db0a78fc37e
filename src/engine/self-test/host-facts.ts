import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { MARK } from './verdict.ts';

/** What attempts are told about the host, as FACTS. */
export interface Facts {
  /** What the listeners greet with; hexadecimal. */
  readonly token: string;
  /** Of a listener on the loopback of the host. */
  readonly port: number;
  /** The name of a Unix socket without a file, which whoever shares the host's network can connect to. */
  readonly abstract: string;
  /** The host's own addresses but its loopback. */
  readonly addresses: readonly string[];
  /** Paths of Docker's sockets as the server knows them. */
  readonly sockets: readonly string[];
  /** SHA-256, in hexadecimal, of each `NAME=value` that the server was started with. */
  readonly environment: readonly string[];
  /** What files of an attempt hold that may be given back. */
  readonly mark: string;
}

/** The names that isol8 gives programs itself, and those of no secret: the same value on both sides says nothing. */
const SHARED_NAMES = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TMPDIR|TERM|PWD|OLDPWD|SHLVL|_|HOSTNAME)=/;

/** Listeners and facts that attempts go for; open while they run. */
export class HostFacts implements AsyncDisposable {
  readonly facts: Facts;
  readonly #listeners: AsyncDisposableStack;

  private constructor(facts: Facts, listeners: AsyncDisposableStack) {
    this.facts = facts;
    this.#listeners = listeners;
  }

  /**
   * Opens the listeners, and makes sure that they can be reached from here.
   *
   * @param dockerHost in the form of DOCKER_HOST
   */
  static async open(dockerHost: string): Promise<HostFacts> {
    await using opened = new AsyncDisposableStack();
    const token = randomBytes(16).toString('hex');
    const abstract = `isol8-self-test-${token}`;
    const tcp = await listen({ host: '127.0.0.1', port: 0 }, token);
    opened.defer(() => close(tcp));
    const unix = await listen({ path: `\0${abstract}` }, token);
    opened.defer(() => close(unix));
    const { port } = tcp.address() as AddressInfo;
    await greeted({ host: '127.0.0.1', port }, token);
    await greeted({ path: `\0${abstract}` }, token);
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ internal }) => !internal));
    const facts = {
      token,
      port,
      abstract,
      addresses: addresses.map(({ address }) => address),
      sockets: dockerHost.startsWith('unix://') ? [dockerHost.slice('unix://'.length)] : [],
      environment: await environmentDigests(),
      mark: MARK,
    };
    return new HostFacts(facts, opened.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listeners.disposeAsync();
  }
}

type Target = { readonly host: string; readonly port: number } | { readonly path: string };

async function listen(target: Target, token: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(token));
  server.listen(target);
  await once(server, 'listening');
  return server;
}

async function greeted(target: Target, token: string): Promise<void> {
  let said = '';
  for await (const chunk of connect(target)) said += chunk;
  if (said !== token) throw new Error('a listener of the self-test does not answer on its own host');
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** As the kernel has it: what a program of this process's user could read. */
async function environmentDigests(): Promise<string[]> {
  const entries = (await readFile('/proc/self/environ', 'utf8')).split('\0').filter(Boolean);
  const own = entries.filter((entry) => !SHARED_NAMES.test(entry));
  return own.map((entry) => createHash('sha256').update(entry).digest('hex'));
}
