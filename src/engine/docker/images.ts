import type { Readable } from 'node:stream';
import type { DockerConnection } from './connect.ts';
import { isConflict, isNotFound } from './errors.ts';
import { readProgress } from './progress.ts';

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

/**
 * Pulls an image from the registry that the daemon is configured with.
 *
 * @param signal ends the attempt
 */
export async function pullImage(
  docker: DockerConnection,
  reference: string,
  onLine?: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stream = await docker.client.pull(reference, signal ? { abortSignal: signal } : {});
  await readProgress(stream as Readable, onLine);
}

/** Makes an image of one layer from a tar of a root file system. */
export async function importImage(docker: DockerConnection, tar: Readable, reference: string): Promise<void> {
  const [repo, tag] = splitReference(reference);
  await readProgress((await docker.client.importImage(tar, { repo, tag })) as Readable);
}

/** Removes a name, and the image when this was its last one. An image that is not there counts as removed. */
export async function removeImage(docker: DockerConnection, reference: string): Promise<void> {
  try {
    await docker.client.getImage(reference).remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Removes an image that nothing needs any more; one that is in use is left as it is.
 *
 * @returns whether it is gone
 */
export async function removeUnused(docker: DockerConnection, reference: string): Promise<boolean> {
  try {
    await removeImage(docker, reference);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Removes an image whose name has gone to a newer one, unless it has another name or is in use. */
export async function removeReplaced(docker: DockerConnection, id: string): Promise<void> {
  // Docker would take the id of an image with one name for that name.
  const nameless = await docker.client.listImages({ filters: { dangling: ['true'] } });
  if (nameless.some((image) => image.Id === id)) await removeUnused(docker, id);
}

/** An image in a list. */
export interface ListedImage {
  /** A name, or its id when it has none. */
  readonly name: string;
  /** In seconds since 1970. */
  readonly created: number;
}

/** The images that carry a label, whatever its value; one with several names is listed by each. */
export async function listImages(docker: DockerConnection, label: string): Promise<ListedImage[]> {
  const images = await docker.client.listImages({ filters: { label: [label] } });
  return images.flatMap(({ Id: id, RepoTags: tags, Created: created }) => {
    // An image without a name has none, or one that says so, by the version of the daemon.
    const names = (tags ?? []).filter((tag) => tag !== '<none>:<none>');
    return (names.length === 0 ? [id] : names).map((name) => ({ name, created }));
  });
}

function splitReference(reference: string): [string, string] {
  const colon = reference.lastIndexOf(':');
  return colon < 0 ? [reference, 'latest'] : [reference.slice(0, colon), reference.slice(colon + 1)];
}
