import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import {
  attachContainer,
  createContainer,
  listContainers,
  removeContainer,
  startContainer,
} from '../../src/engine/docker/containers.ts';
import { type ImageFacts, inspectImage } from '../../src/engine/docker/images.ts';
import { programEnvironment } from '../../src/engine/execution/environment.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { ensureGuestVolume } from '../../src/engine/guest/volume.ts';
import { resolvePolicy } from '../../src/engine/policy/resolve.ts';
import { platformRules } from '../../src/engine/policy/rules.ts';
import { LABELS, type Owner, ownerLabels } from '../../src/engine/sandbox/labels.ts';
import { DEFAULT_SECCOMP } from '../../src/engine/sandbox/seccomp.ts';
import { containerSpec } from '../../src/engine/sandbox/spec.ts';
import type { OneLiner } from './programs.ts';

/** Above every range that a server of this benchmark has. */
const UID = 60_000;

/**
 * Docker without isol8: containers of the very spec that sandboxes have (`containerSpec`, with the default policy), made
 * through the same HTTP client.
 */
export class RawDocker implements AsyncDisposable {
  readonly docker: DockerConnection;
  /** On every object that the benchmark itself makes. */
  readonly owner: Owner;
  readonly #guestVolume: string;
  readonly #images = new Map<string, ImageFacts>();

  private constructor(docker: DockerConnection, owner: Owner, guestVolume: string) {
    this.docker = docker;
    this.owner = owner;
    this.#guestVolume = guestVolume;
  }

  static async open(): Promise<RawDocker> {
    const docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
    const owner = { instance: `bench-${randomBytes(4).toString('hex')}`, process: 'bench' };
    const { volume } = await ensureGuestVolume(docker, guestBinaryPath(docker.info.architecture), ownerLabels(owner));
    return new RawDocker(docker, owner, volume);
  }

  /**
   * Create, attach, start, first byte of output of the one-line program, in milliseconds. Its removal is waited for and
   * not in the time. Only the entrypoint differs from a sandbox's: the interpreter with the program as its argument.
   */
  async firstOutput({ runtime, inline }: OneLiner): Promise<number> {
    const image = await this.#image(runtime.image);
    const spec = {
      ...this.#spec(image, runtime.name),
      Entrypoint: [...inline],
      Env: programEnvironment(runtime, image.env, false, {}),
    };
    const name = containerName();
    const begun = performance.now();
    const id = await createContainer(this.docker, name, spec);
    try {
      const stream = await attachContainer(this.docker, id);
      const first = once(stream, 'data', { signal: AbortSignal.timeout(30_000) });
      await startContainer(this.docker, id);
      const [output] = (await first) as [Buffer];
      const ms = performance.now() - begun;
      stream.destroy();
      if (!output.includes('42')) throw new Error(`raw ${runtime.name} said ${output.toString().slice(0, 200)}`);
      return ms;
    } finally {
      await removeContainer(this.docker, id);
    }
  }

  /** Create, start, remove, of a sandbox's own spec as it is; its guest waits for a link until it is removed. */
  async throughOnce({ runtime }: OneLiner): Promise<void> {
    const image = await this.#image(runtime.image);
    const id = await createContainer(this.docker, containerName(), this.#spec(image, runtime.name));
    try {
      await startContainer(this.docker, id);
    } finally {
      await removeContainer(this.docker, id);
    }
  }

  /** Removes what an interrupted run left, and fails when there was something. */
  async [Symbol.asyncDispose](): Promise<void> {
    const left = await listContainers(this.docker, `${LABELS.instance}=${this.owner.instance}`);
    await Promise.all(left.map(({ id }) => removeContainer(this.docker, id)));
  }

  #spec(image: ImageFacts, runtime: string) {
    const { cpus, memoryBytes } = this.docker.info;
    const policy = resolvePolicy({ limits: {} }, platformRules({ cpus, memoryBytes }), 0);
    return containerSpec(policy, {
      image: image.id,
      runtime,
      seccomp: DEFAULT_SECCOMP,
      uid: UID,
      guestVolume: this.#guestVolume,
      owner: this.owner,
    });
  }

  async #image(reference: string): Promise<ImageFacts> {
    const known = this.#images.get(reference) ?? (await inspectImage(this.docker, reference));
    if (known === undefined) throw new Error(`${reference} is missing: run "make setup"`);
    this.#images.set(reference, known);
    return known;
  }
}

function containerName(): string {
  return `isol8-bench-${randomBytes(8).toString('hex')}`;
}
