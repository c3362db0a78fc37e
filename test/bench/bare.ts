import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { createContainer, removeContainer } from '../../src/engine/docker/containers.ts';
import { inspectImage } from '../../src/engine/docker/images.ts';
import { programEnvironment } from '../../src/engine/execution/environment.ts';
import { codeArgv, type Runtime, WORKSPACE } from '../../src/engine/runtimes/runtime.ts';
import { type Owner, ownerLabels } from '../../src/engine/sandbox/labels.ts';
import { ROOT } from '../support/command.ts';
import { buildGo } from '../support/go.ts';

/** A uid that the images have a name for; it need not be free, as nothing of it is looked at. */
const UID = 30_000;

/** How one bare run went. */
export interface BareRun {
  /** From the fork until it has been waited for and its output is at its end. */
  readonly ms: number;
  readonly firstByteMs: number;
  readonly bytes: number;
  /** The beginning of its output. */
  readonly head: string;
}

interface Report {
  readonly id: number;
  readonly nanoseconds: number;
  readonly firstByte: number;
  readonly bytes: number;
  readonly head: string;
  readonly exit: number;
  readonly error?: string;
}

interface Prepared {
  readonly root: string;
  readonly env: readonly string[];
  /** What the program's file has now. */
  code: string;
}

/**
 * The interpreters of the images, run on the host: the same binary with the same arguments and environment, in the
 * image's exported root file system (chroot), with no container, namespace, cgroup, seccomp or limit of its own.
 */
export class BareInterpreters implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #spawner: ChildProcess;
  readonly #prepared: ReadonlyMap<string, Prepared>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Report>>();
  #last = 0;

  private constructor(stack: AsyncDisposableStack, spawner: ChildProcess, prepared: ReadonlyMap<string, Prepared>) {
    this.#stack = stack;
    this.#spawner = spawner;
    this.#prepared = prepared;
    createInterface({ input: spawner.stdout as Readable }).on('line', (line) => {
      const report = JSON.parse(line) as Report;
      this.#waiting.get(report.id)?.resolve(report);
      this.#waiting.delete(report.id);
    });
    spawner.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the spawner ended with ${code}`));
      this.#waiting.clear();
    });
    spawner.stdin?.on('error', () => {});
  }

  /**
   * Exports the images and starts the helper that spawns.
   *
   * @throws Error when this machine lets nobody do that: it takes root, Go and unshare(1)
   */
  static async open(docker: DockerConnection, owner: Owner, runtimes: readonly Runtime[]): Promise<BareInterpreters> {
    if (process.getuid?.() !== 0) throw new Error('running interpreters bare takes root, for chroot');
    await using stack = new AsyncDisposableStack();
    const binary = await buildGo('test/bench/spawner', '.', docker.info.architecture);
    const folder = await temporaryFolder();
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const prepared = new Map<string, Prepared>();
    for (const runtime of runtimes) prepared.set(runtime.name, await exportImage(docker, owner, runtime, folder));
    const roots = [...prepared.values()].map(({ root }) => root);
    const spawner = spawn('unshare', ['--mount', '--propagation', 'private', '--', binary, ...roots], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { promise: gone, resolve, reject } = Promise.withResolvers<void>();
    spawner.once('exit', () => resolve()).once('error', reject);
    stack.defer(() => {
      // At the end of its orders it ends by itself.
      spawner.stdin.end();
      return gone;
    });
    await Promise.race([new Promise((ready) => spawner.once('spawn', ready)), gone]);
    return new BareInterpreters(stack.move(), spawner, prepared);
  }

  /** Runs a program that must exit with 0; rejects when it does not. */
  async run(runtime: Runtime, code: string): Promise<BareRun> {
    const at = this.#prepared.get(runtime.name);
    if (at === undefined) throw new Error(`${runtime.name} was not exported`);
    const id = ++this.#last;
    const [interpreter = '', ...args] = codeArgv(runtime, []);
    if (at.code !== code) {
      writeFileSync(join(at.root, WORKSPACE, runtime.mainFile), code);
      at.code = code;
    }
    const waiting = Promise.withResolvers<Report>();
    this.#waiting.set(id, waiting);
    const argv = [findProgram(at.root, interpreter), ...args];
    const order = { id, root: at.root, dir: WORKSPACE, uid: UID, argv, env: at.env };
    this.#spawner.stdin?.write(`${JSON.stringify(order)}\n`);
    const { nanoseconds, firstByte, bytes, head, exit, error } = await waiting.promise;
    if (error !== undefined) throw new Error(error);
    if (exit !== 0) throw new Error(`bare ${runtime.name} ended with ${exit}: ${head}`);
    return { ms: nanoseconds / 1e6, firstByteMs: firstByte / 1e6, bytes, head };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Not /tmp, which may be memory: five root file systems are most of a gigabyte. */
async function temporaryFolder(): Promise<string> {
  const tools = join(ROOT, '.tools');
  await mkdir(tools, { recursive: true });
  for (const name of await readdir(tools)) {
    // Of a run that was killed.
    const pid = /^bench-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await rm(join(tools, name), { recursive: true });
  }
  return await mkdtemp(join(tools, `bench-${process.pid}-`));
}

async function exportImage(
  docker: DockerConnection,
  owner: Owner,
  runtime: Runtime,
  folder: string,
): Promise<Prepared> {
  const image = await inspectImage(docker, runtime.image);
  if (image === undefined) throw new Error(`${runtime.image} is missing: run "make setup"`);
  const root = join(folder, runtime.name);
  await mkdir(root);
  const id = await createContainer(docker, `isol8-bench-export-${runtime.name}-${process.pid}`, {
    Image: image.id,
    Cmd: ['true'],
    Labels: ownerLabels(owner),
  });
  try {
    const tar = (await docker.client.getContainer(id).export()) as Readable;
    const unpack = spawn('tar', ['-x', '-C', root], { stdio: ['pipe', 'inherit', 'inherit'] });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    unpack.on('error', reject).on('close', resolve);
    tar.pipe(unpack.stdin);
    if ((await promise) !== 0) throw new Error(`${runtime.image} cannot be unpacked`);
  } finally {
    await removeContainer(docker, id);
  }
  await mkdir(join(root, WORKSPACE), { recursive: true });
  await chown(join(root, WORKSPACE), UID, UID);
  return { root, env: programEnvironment(runtime, image.env, false, {}), code: '' };
}

/** Where a program is in a root file system; links in it may be absolute, so that they cannot be followed from here. */
function findProgram(root: string, name: string): string {
  const folders = ['/usr/local/bin', '/usr/bin', '/bin'];
  const found = folders.find((folder) => lstatSync(join(root, folder, name), { throwIfNoEntry: false }) !== undefined);
  if (found === undefined) throw new Error(`${name} is in none of ${folders.join(', ')} of its image`);
  return join(found, name);
}
