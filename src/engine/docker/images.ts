import type { DockerConnection } from './connect.ts';
import { isNotFound } from './errors.ts';

/** An image as far as sandboxes need it. */
export interface ImageFacts {
  /** Content address, as "sha256:…". */
  readonly id: string;
  /** Its ENV, as "NAME=value". */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Facts of an image by name, tag or id; undefined when this Docker has no such image. */
export async function inspectImage(docker: DockerConnection, reference: string): Promise<ImageFacts | undefined> {
  try {
    const image = await docker.client.getImage(reference).inspect();
    return { id: image.Id, env: image.Config.Env ?? [], labels: image.Config.Labels ?? {} };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
