import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDocker } from '../../src/engine/docker/connect.ts';

/** A Docker daemon of a test's own, with nothing on it, that may be ended and started again. It takes root. */
export class DockerDaemon implements AsyncDisposable {
  /** Where it answers, as DOCKER_HOST says it. */
  readonly host: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.host = `unix://${folder}/docker.sock`;
  }

  /** Starts one and gives it images of the usual daemon. */
  static async start(images: readonly string[]): Promise<DockerDaemon> {
    const daemon = new DockerDaemon(await mkdtemp(join(tmpdir(), 'isol8-dockerd-')));
    await daemon.begin();
    await daemon.#copy(images);
    return daemon;
  }

  /** Resolves when it answers. */
  async begin(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    this.#process = spawn(
      'dockerd',
      [
        `--host=${this.host}`,
        `--data-root=${at('data')}`,
        `--exec-root=${at('exec')}`,
        `--pidfile=${at('pid')}`,
        // No network is made, and nothing of the machine's own is changed.
        '--bridge=none',
        '--iptables=false',
        '--ip-forward=false',
        '--ip-masq=false',
        '--log-level=error',
      ],
      { stdio: ['ignore', 'ignore', process.env['TEST_LOG_LEVEL'] === undefined ? 'ignore' : 'inherit'] },
    );
    for (const end = Date.now() + 60_000; ; await delay(100)) {
      if (this.#process.exitCode !== null) throw new Error(`dockerd ended with ${this.#process.exitCode}`);
      const answered = await connectDocker(this.host).catch(() => undefined);
      if (answered !== undefined) return;
      if (Date.now() > end) throw new Error('dockerd does not answer');
    }
  }

  /** Ends it; resolves when it is gone. */
  async end(): Promise<void> {
    const ending = this.#process;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGTERM');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #copy(images: readonly string[]): Promise<void> {
    const save = spawn('docker', ['save', ...images], { stdio: ['ignore', 'pipe', 'inherit'] });
    const load = spawn('docker', ['--host', this.host, 'load', '--quiet'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const loaded = once(load, 'exit');
    await pipeline(save.stdout, load.stdin);
    const [code] = (await loaded) as [number];
    if (code !== 0) throw new Error(`docker load ended with ${code}`);
  }
}
