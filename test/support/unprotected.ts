import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { removeContainer } from '../../src/engine/docker/run.ts';
import { python } from '../../src/engine/runtimes/python.ts';

type HostConfig = NonNullable<Parameters<DockerConnection['client']['createContainer']>[0]['HostConfig']>;

/** A container that is no sandbox of ours. */
export interface Unprotected {
  readonly host: HostConfig;
  readonly user?: string;
  readonly env?: readonly string[];
}

/** Runs Python programs one after the other in one plain container, with a shell as PID 1; what they print together. */
export async function runUnprotected(
  docker: DockerConnection,
  { host, user = '0:0', env = [] }: Unprotected,
  programs: readonly string[],
): Promise<string> {
  await using container = await startUnprotected(docker, { host, user, env }, programs);
  return await container.ended();
}

/** Starts them. Disposing of it removes the container. */
export async function startUnprotected(
  docker: DockerConnection,
  { host, user = '0:0', env = [] }: Unprotected,
  programs: readonly string[],
) {
  const container = await docker.client.createContainer({
    name: `isol8-unprotected-${randomBytes(6).toString('hex')}`,
    Image: python.image,
    // The shell stays: its programs are its children.
    Cmd: ['sh', '-c', 'for program do python3 -c "$program"; done; exit 0', 'sh', ...programs],
    User: user,
    Env: [...env],
    WorkingDir: '/sandbox',
    Labels: { 'isol8.test': 'unprotected' },
    HostConfig: {
      NetworkMode: 'none',
      Tmpfs: { '/sandbox': 'rw,exec,mode=1777', '/tmp': 'rw,exec,mode=1777' },
      ...host,
    },
  });
  try {
    await container.start();
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
  const said = async () => {
    const log = (await container.logs({ stdout: true, stderr: true, follow: false })) as unknown as Buffer;
    // Frames of up to 16 KiB, each with eight bytes before it.
    let text = '';
    for (let at = 0; at + 8 <= log.length; at += 8 + log.readUInt32BE(at + 4)) {
      text += log.toString('utf8', at + 8, at + 8 + log.readUInt32BE(at + 4));
    }
    return text;
  };
  return {
    said,
    async ended() {
      await container.wait();
      return said();
    },
    [Symbol.asyncDispose]: () => removeContainer(container),
  };
}

/** Resolves when a program has said that it holds what it took. */
export async function untilHolding({ said }: { said(): Promise<string> }): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) {
    if ((await said()).includes('holding\n')) return;
  }
  throw new Error(`it holds nothing: ${await said()}`);
}
