import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerConnection } from '../engine/docker/connect.ts';
import { importImage, inspectImage, pullImage, removeImage } from '../engine/docker/images.ts';
import { SETUP_COMMAND } from '../lib/setup-command.ts';
import { aptSources, canInstall, needTool } from './apt.ts';
import { CommandError, runCommand } from './command.ts';
import { DEBIAN_RELEASE } from './pins.ts';
import type { Detail } from './progress.ts';

/** How long the registry may take to begin with Debian's image before it is made here, in milliseconds. */
const PULL_TIMEOUT_MS = 60_000;

/** A plain Debian on this Docker, for the base image to stand on. Disposing of it removes what was made for this alone. */
export interface RootFileSystem extends AsyncDisposable {
  readonly image: string;
  /** Lines for its /etc/apt/sources.list; '' when its own are right. */
  readonly sources: string;
}

/**
 * Brings a plain Debian to this Docker: from the registry, or made of Debian's packages where no registry answers.
 *
 * @throws CommandError with one line that says what is missing
 */
export async function getRootFileSystem(docker: DockerConnection, detail: Detail): Promise<RootFileSystem> {
  const slim = `debian:${DEBIAN_RELEASE}-slim`;
  try {
    if ((await inspectImage(docker, slim)) === undefined) {
      await pullImage(docker, slim, detail, AbortSignal.timeout(PULL_TIMEOUT_MS));
    }
    return { image: slim, sources: '', [Symbol.asyncDispose]: async () => {} };
  } catch (error) {
    if (!(await canInstall())) {
      const reason = error instanceof Error ? error.message.trim() : String(error);
      throw new CommandError(
        `${slim} cannot be pulled (${reason}), and making it needs root and apt: ` +
          `connect Docker to a registry, or run "${SETUP_COMMAND}" as root on Debian`,
      );
    }
    return bootstrap(docker, detail);
  }
}

async function bootstrap(docker: DockerConnection, detail: Detail): Promise<RootFileSystem> {
  await needTool('debootstrap', ['debootstrap'], detail);
  const sources = await aptSources(DEBIAN_RELEASE);
  const mirror = sources.find(({ suite }) => suite === DEBIAN_RELEASE)?.uri;
  // Not the directory for temporary files: that may be mounted without devices, where debootstrap refuses to work.
  const directory = await mkdtemp('/var/tmp/isol8-debootstrap-');
  try {
    const root = join(directory, 'root');
    const args = ['--variant=minbase', `--arch=${docker.info.architecture}`, DEBIAN_RELEASE, root];
    await runCommand('debootstrap', [...args, ...(mirror === undefined ? [] : [mirror])], { onLine: detail });
    detail('importing');
    const image = `isol8/rootfs:${DEBIAN_RELEASE}`;
    await importDirectory(docker, root, image);
    return {
      image,
      sources: sources.map(({ uri, suite }) => `deb ${uri} ${suite} main\n`).join(''),
      [Symbol.asyncDispose]: () => removeImage(docker, image),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function importDirectory(docker: DockerConnection, root: string, image: string): Promise<void> {
  const without = ['./dev/*', './proc/*', './sys/*', './var/cache/apt/*', './var/lib/apt/lists/*'];
  const tar = spawn('tar', ['-C', root, '--numeric-owner', ...without.map((path) => `--exclude=${path}`), '-c', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(tar, 'close');
  await importImage(docker, tar.stdout, image);
  const [code] = await ended;
  if (code !== 0) throw new CommandError(`tar of ${root} ended with ${code}: is there space on the disk?`);
}
