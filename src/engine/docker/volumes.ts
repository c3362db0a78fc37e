import { setTimeout as delay } from 'node:timers/promises';
import type { DockerConnection } from './connect.ts';
import { isConflict, isNotFound } from './errors.ts';
import { removeContainer } from './run.ts';

/** How often, and after how many milliseconds again, a volume is tried that another process fills. */
const FILL_ATTEMPTS = 50;
const FILL_WAIT_MS = 200;

/** A named volume. */
export interface VolumeFacts {
  readonly name: string;
  /** Its directory on the Docker host, which need not be this machine. */
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Facts of a volume; undefined when this Docker has none of this name. */
export async function inspectVolume(docker: DockerConnection, name: string): Promise<VolumeFacts | undefined> {
  try {
    const volume = await docker.client.getVolume(name).inspect();
    return { name: volume.Name, mountpoint: volume.Mountpoint, labels: volume.Labels ?? {} };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The names of the volumes that carry a label, whatever its value. */
export async function listVolumes(docker: DockerConnection, label: string): Promise<string[]> {
  const { Volumes: volumes } = await docker.client.listVolumes({ filters: { label: [label] } });
  return (volumes ?? []).map(({ Name: name }) => name);
}

/** Makes an empty volume. One of the same name that is there already stays as it is. */
export async function createVolume(
  docker: DockerConnection,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await docker.client.createVolume({ Name: name, Labels: { ...labels } });
}

/**
 * Removes a volume.
 *
 * @returns whether it is gone; false when a container uses it
 */
export async function removeVolume(docker: DockerConnection, name: string): Promise<boolean> {
  try {
    await docker.client.getVolume(name).remove();
    return true;
  } catch (error) {
    if (isNotFound(error)) return true;
    if (isConflict(error)) return false;
    throw error;
  }
}

/**
 * Fills an empty volume with what an image has at `path`: Docker copies it when a container is created that mounts the
 * volume there. The container's name is a lock between processes that fill the same volume; one that a process left
 * behind when it was killed is removed after a while.
 */
export async function fillVolume(
  docker: DockerConnection,
  volume: string,
  image: string,
  path: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const container = await docker.client.createContainer({
        name: fillContainer(volume),
        Image: image,
        Labels: { ...labels },
        HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: volume, Target: path }] },
      });
      return await removeContainer(container);
    } catch (error) {
      if (!isConflict(error) || attempt > 2 * FILL_ATTEMPTS) throw error;
      if (attempt === FILL_ATTEMPTS) await removeContainer(docker.client.getContainer(fillContainer(volume)));
      else await delay(FILL_WAIT_MS);
    }
  }
}

/** Whether a process fills this volume right now. */
export async function isBeingFilled(docker: DockerConnection, volume: string): Promise<boolean> {
  const found = await docker.client.listContainers({ all: true, filters: { name: [`^/${fillContainer(volume)}$`] } });
  return found.length > 0;
}

function fillContainer(volume: string): string {
  return `${volume}-fill`;
}
