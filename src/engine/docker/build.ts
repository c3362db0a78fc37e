import type { Readable } from 'node:stream';
import type { DockerConnection } from './connect.ts';
import { removeUnused } from './images.ts';
import { readProgress } from './progress.ts';

/** One image to build. */
export interface ImageBuild {
  /** A tar with the Dockerfile at its top. */
  readonly context: Readable;
  /** Name of the result; without one only its id knows it. */
  readonly tag?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/**
 * Builds an image with the daemon's own builder, from scratch: whether there is anything to build is the caller's
 * question, and a cached `apt-get update` would be a stale one. Images of earlier stages are removed.
 *
 * @returns the id of the image, as "sha256:…"
 * @throws DockerWorkError with the last lines of the build
 */
export async function buildImage(
  docker: DockerConnection,
  build: ImageBuild,
  onLine?: (line: string) => void,
): Promise<string> {
  const stream = await docker.client.buildImage(build.context, {
    ...(build.tag === undefined ? {} : { t: build.tag }),
    labels: { ...build.labels },
    buildargs: { ...build.buildArgs },
    nocache: true,
    rm: true,
    forcerm: true,
    version: '1',
  });
  const { imageId, lines } = await readProgress(stream as Readable, onLine);
  if (imageId === undefined) throw new Error('Docker built an image and did not say which');
  await removeStages(docker, lines, imageId);
  return imageId;
}

/** Untagged images that this very build left behind: the last one of each stage but the final one. */
async function removeStages(docker: DockerConnection, lines: readonly string[], result: string): Promise<void> {
  const made = lines.flatMap((line) => /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? []);
  const dangling = await docker.client.listImages({ filters: { dangling: ['true'] } });
  for (const { Id: id } of dangling) {
    if (id === result || !made.some((short) => id.startsWith(`sha256:${short}`))) continue;
    await removeUnused(docker, id);
  }
}
