import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { SETUP_COMMAND } from '../../lib/setup-command.ts';
import { buildImage } from '../docker/build.ts';
import type { DockerConnection } from '../docker/connect.ts';
import { inspectImage } from '../docker/images.ts';
import { runOneShot } from '../docker/run.ts';
import { createVolume, fillVolume, inspectVolume, isBeingFilled, removeVolume } from '../docker/volumes.ts';
import { EngineError } from '../errors.ts';
import { LABELS, PURPOSES } from '../sandbox/labels.ts';
import { GUEST_MOUNT, GUEST_PROGRAM } from '../sandbox/spec.ts';

/** The guest's name in the volume. */
const GUEST_FILE = basename(GUEST_PROGRAM);

/** The guest's binary once more in its image, where a sandbox of that image is probed. */
export const PROBE_PROGRAM = '/isol8-probe';

/** A volume whose only file is the guest, checked. Mount it read-only at `GUEST_MOUNT`, with `NoCopy`. */
export interface GuestVolume {
  readonly volume: string;
  /** SHA-256 of the guest, in hex. */
  readonly digest: string;
  /** The image that fills and checks the volume. */
  readonly image: string;
  /** The guest on the Docker host, which need not be this machine. */
  readonly hostPath: string;
  /** What `guestFingerprint` said just before the check. */
  readonly fingerprint: string | undefined;
}

/** Names that are tried when volumes are spoiled and in use, before giving up. */
const VOLUME_NAMES = 8;

/**
 * Brings the guest to this Docker and makes sure that it is the right one: builds the image, fills the volume,
 * and makes a volume anew that is empty, missing or spoiled. One that is spoiled while sandboxes use it cannot be
 * removed: then another name takes its place, so keep to the name in the result.
 *
 * @param binary path of the guest on this machine, built for the Docker host's architecture
 * @param owner labels of the short-lived containers that this takes, so that they are found when we are killed
 * @throws EngineError SANDBOX_START_FAILED when there is no guest, or no volume can be made right
 */
export async function ensureGuestVolume(
  docker: DockerConnection,
  binary: string,
  owner: Readonly<Record<string, string>> = {},
): Promise<GuestVolume> {
  const content = await readFile(binary).catch((cause: unknown) => {
    throw new EngineError('SANDBOX_START_FAILED', `the guest is not built: run "${SETUP_COMMAND}"`, { cause });
  });
  const digest = createHash('sha256').update(content).digest('hex');
  const image = await ensureGuestImage(docker, content, digest);
  for (let n = 1; n <= VOLUME_NAMES; n++) {
    const name = `isol8-guest-${digest.slice(0, 16)}${n === 1 ? '' : `-${n}`}`;
    const made = await makeVolume(docker, name, image, digest, owner);
    if (made !== undefined) return made;
  }
  throw new EngineError('SANDBOX_START_FAILED', 'no volume takes the guest: remove the volumes named isol8-guest-…');
}

/** Whether a volume's guest is the one with this digest, root's own, and executable but not readable for others. */
async function verifyGuestVolume(
  docker: DockerConnection,
  volume: string,
  image: string,
  digest: string,
  owner: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const mount = {
    Type: 'volume' as const,
    Source: volume,
    Target: '/check',
    ReadOnly: true,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  };
  const { exitCode, stdout } = await runOneShot(docker, {
    image,
    command: ['verify', `/check/${GUEST_FILE}`],
    labels: owner,
    mounts: [mount],
  });
  return exitCode === 0 && isGuest(stdout, digest);
}

/** Reads the line of `isol8-guest verify`. */
export function isGuest(line: string, digest: string): boolean {
  try {
    const found = JSON.parse(line) as { sha256?: unknown; mode?: unknown; uid?: unknown; gid?: unknown };
    return found.sha256 === digest && found.mode === '0711' && found.uid === 0 && found.gid === 0;
  } catch {
    return false;
  }
}

/**
 * What changes when somebody writes to a guest; one stat. Compare it before each start with what it was when the guest
 * was checked: another answer means check again.
 *
 * @returns undefined when the file cannot be seen from here, as on a remote Docker
 */
export async function guestFingerprint(hostPath: string): Promise<string | undefined> {
  try {
    const file = await stat(hostPath, { bigint: true });
    return [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs, file.mode].join(':');
  } catch {
    return undefined;
  }
}

async function ensureGuestImage(docker: DockerConnection, content: Uint8Array, digest: string): Promise<string> {
  const tag = `isol8/guest:${digest.slice(0, 12)}`;
  if ((await inspectImage(docker, tag))?.labels[LABELS.digest] === digest) return tag;
  const path = `${GUEST_MOUNT}/${GUEST_FILE}`;
  const context = pack();
  context.entry({ name: 'Dockerfile' }, `FROM scratch\nCOPY --chown=0:0 rootfs /\nENTRYPOINT ["${path}"]\n`);
  context.entry({ name: `rootfs${GUEST_MOUNT}`, type: 'directory', mode: 0o755 });
  context.entry({ name: `rootfs${path}`, mode: 0o711, mtime: new Date(0) }, Buffer.from(content));
  // For the probe, which code runs: it may read this one, which gVisor wants of what it executes.
  context.entry({ name: `rootfs${PROBE_PROGRAM}`, mode: 0o755, mtime: new Date(0) }, Buffer.from(content));
  context.finalize();
  await buildImage(docker, {
    context: Readable.from(context, { objectMode: false }),
    tag,
    labels: { [LABELS.purpose]: PURPOSES.guest, [LABELS.digest]: digest },
  });
  return tag;
}

/** The volume of this name with the right guest; undefined when it is spoiled and in use. */
async function makeVolume(
  docker: DockerConnection,
  name: string,
  image: string,
  digest: string,
  owner: Readonly<Record<string, string>>,
): Promise<GuestVolume | undefined> {
  if ((await inspectVolume(docker, name)) !== undefined) {
    const found = await checkedVolume(docker, name, image, digest, owner);
    if (found !== undefined) return found;
    // Not spoiled, perhaps, but seen before the process that makes it had ended: then its lock is waited for below.
    const busy = await isBeingFilled(docker, name);
    if (!busy && !(await removeVolume(docker, name))) return undefined;
  }
  const labels = { [LABELS.purpose]: PURPOSES.guest, [LABELS.digest]: digest };
  await createVolume(docker, name, labels);
  await fillVolume(docker, name, image, GUEST_MOUNT, { ...labels, ...owner });
  return checkedVolume(docker, name, image, digest, owner);
}

async function checkedVolume(
  docker: DockerConnection,
  volume: string,
  image: string,
  digest: string,
  owner: Readonly<Record<string, string>>,
): Promise<GuestVolume | undefined> {
  const facts = await inspectVolume(docker, volume);
  if (facts === undefined) return undefined;
  const hostPath = join(facts.mountpoint, GUEST_FILE);
  // Before the check: a write during it must show.
  const fingerprint = await guestFingerprint(hostPath);
  const right = await verifyGuestVolume(docker, volume, image, digest, owner);
  return right ? { volume, digest, image, hostPath, fingerprint } : undefined;
}
