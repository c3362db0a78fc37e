import { SETUP_COMMAND } from '../../lib/setup-command.ts';
import type { DockerConnection } from '../docker/connect.ts';
import { type ImageFacts, inspectImage } from '../docker/images.ts';
import { EngineError } from '../errors.ts';
import type { Runtime } from '../runtimes/runtime.ts';

/** The images of runtimes by content, so that a tag that moves does not change what runs in mid-flight. */
export class ImageCatalog {
  readonly #docker: DockerConnection;
  readonly #known = new Map<string, Promise<ImageFacts | undefined>>();

  constructor(docker: DockerConnection) {
    this.#docker = docker;
  }

  /**
   * The image of a runtime, asked from Docker once.
   *
   * @throws EngineError IMAGE_MISSING
   */
  async find(runtime: Runtime): Promise<ImageFacts> {
    const known = this.#known.get(runtime.image) ?? inspectImage(this.#docker, runtime.image);
    this.#known.set(runtime.image, known);
    const image = await known.catch((error) => {
      this.forget(runtime.image);
      throw error;
    });
    if (image !== undefined) return image;
    this.forget(runtime.image);
    throw new EngineError(
      'IMAGE_MISSING',
      `the image ${runtime.image} is missing: run "${SETUP_COMMAND}" on the server`,
      {
        metadata: { image: runtime.image, runtime: runtime.name },
      },
    );
  }

  /** Asks Docker again the next time. */
  forget(image: string): void {
    this.#known.delete(image);
  }
}
