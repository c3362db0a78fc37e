import type { Duplex } from 'node:stream';
import { DOCKER_TIMEOUT_MS } from '../constants.ts';
import type { DockerConnection } from './connect.ts';

/**
 * Runs a program in a container that runs.
 *
 * @param user as "uid:gid"
 * @returns its three standard streams: a duplex whose readable side is Docker's multiplexed frames
 */
export async function execInContainer(
  docker: DockerConnection,
  id: string,
  user: string,
  argv: readonly string[],
): Promise<Duplex> {
  const abortSignal = AbortSignal.timeout(DOCKER_TIMEOUT_MS);
  const exec = await docker.client.getContainer(id).exec({
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    User: user,
    Cmd: [...argv],
    abortSignal,
  });
  return await exec.start({ hijack: true, stdin: true });
}
