import { connectDocker } from '../engine/docker/connect.ts';
import { listImages, removeUnused } from '../engine/docker/images.ts';
import { listVolumes, removeVolume } from '../engine/docker/volumes.ts';
import { LABELS } from '../engine/sandbox/labels.ts';

/**
 * Removes the images and volumes that `isol8 setup` made, of this version and of others. What is in use stays.
 *
 * @returns the names of what is gone, and of what stayed
 */
export async function removeSetup(dockerHost: string): Promise<{ gone: string[]; kept: string[] }> {
  const docker = await connectDocker(dockerHost);
  const gone: string[] = [];
  const kept: string[] = [];
  for (const volume of await listVolumes(docker, LABELS.purpose)) {
    ((await removeVolume(docker, volume)) ? gone : kept).push(volume);
  }
  const images = await listImages(docker, LABELS.purpose);
  // The newest first: an image cannot go before those that stand on it.
  for (const image of images.sort((a, b) => b.created - a.created)) {
    ((await removeUnused(docker, image.name)) ? gone : kept).push(image.name);
  }
  return { gone, kept };
}
