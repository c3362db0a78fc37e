import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { LABELS, PURPOSES } from '../sandbox/labels.ts';
import type { DockerConnection } from './connect.ts';
import { isNotFound } from './errors.ts';

/** A short command in a container of its own, without network. */
export interface OneShot {
  /** Name or id of an image that is on this Docker. */
  readonly image: string;
  /** Arguments to the image's entrypoint. */
  readonly command: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Dockerode.MountSettings[];
}

/** How a one-shot ended. */
export interface OneShotResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of ours to its end and removes its container. Not for code that nobody trusts. */
export async function runOneShot(docker: DockerConnection, shot: OneShot): Promise<OneShotResult> {
  const container = await docker.client.createContainer({
    Image: shot.image,
    Cmd: [...shot.command],
    AttachStdout: true,
    AttachStderr: true,
    Labels: { [LABELS.purpose]: PURPOSES.setup, ...shot.labels },
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], Mounts: [...(shot.mounts ?? [])] },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    docker.client.modem.demuxStream(stream, stdout, stderr);
    stream.on('end', () => {
      stdout.end();
      stderr.end();
    });
    const texts = Promise.all([buffer(stdout), buffer(stderr)]);
    await container.start();
    const [{ StatusCode }, [out, err]] = await Promise.all([container.wait(), texts]);
    return { exitCode: StatusCode, stdout: out.toString(), stderr: err.toString() };
  } finally {
    await removeContainer(container);
  }
}

/** Removes a container whatever its state; one that is gone already counts as removed. */
export async function removeContainer(container: Dockerode.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
