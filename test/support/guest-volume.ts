import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { createContainer, removeContainer } from '../../src/engine/docker/containers.ts';
import { type ImageFacts, inspectImage } from '../../src/engine/docker/images.ts';
import type { GuestSupply } from '../../src/engine/sandbox/guest-supply.ts';
import { GUEST_MOUNT, GUEST_PROGRAM } from '../../src/engine/sandbox/spec.ts';

/** A volume of the test's own with any program as the guest, and images to run it in. Disposing of it removes them all. */
export class GuestVolume implements GuestSupply, AsyncDisposable {
  readonly #docker: DockerConnection;
  readonly #name: string;
  readonly #digest: string;
  readonly #container: string;
  readonly #images: string[];

  private constructor(docker: DockerConnection, name: string, digest: string, container: string, image: string) {
    this.#docker = docker;
    this.#name = name;
    this.#digest = digest;
    this.#container = container;
    this.#images = [image];
  }

  /** @param name of the volume; something unique is added to it */
  static async make(docker: DockerConnection, name: string, binary: string): Promise<GuestVolume> {
    const unique = `${name}-${randomBytes(4).toString('hex')}`;
    const program = await readFile(binary);
    const tar = pack();
    tar.entry({ name: GUEST_PROGRAM.slice(1), mode: 0o755 }, program);
    tar.finalize();
    const progress = await docker.client.importImage(Readable.from(tar), { repo: unique, tag: 'guest' });
    await finished(progress.resume());
    await docker.client.createVolume({ Name: unique, Labels: { 'isol8.test': name } });
    // Docker fills an empty volume from the image when a container is made; this one never starts.
    const container = await createContainer(docker, unique, {
      Image: `${unique}:guest`,
      Entrypoint: [GUEST_PROGRAM],
      Labels: { 'isol8.test': name },
      HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: unique, Target: GUEST_MOUNT }] },
    });
    const digest = createHash('sha256').update(program).digest('hex');
    return new GuestVolume(docker, unique, digest, container, `${unique}:guest`);
  }

  async current() {
    return { volume: this.#name, digest: this.#digest };
  }

  async repair(): Promise<void> {}

  /** An image with nothing in it but an environment. */
  async image(environment: Readonly<Record<string, string>>): Promise<ImageFacts> {
    const changes = Object.entries(environment).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`);
    const { Id: id } = await this.#docker.client.getContainer(this.#container).commit({ changes: changes.join('\n') });
    this.#images.unshift(id);
    const facts = await inspectImage(this.#docker, id);
    if (facts === undefined) throw new Error(`${id} is gone`);
    return facts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeContainer(this.#docker, this.#container);
    for (const image of this.#images) await this.#docker.client.getImage(image).remove({ force: true });
    await this.#docker.client.getVolume(this.#name).remove();
  }
}
