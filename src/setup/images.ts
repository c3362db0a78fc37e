import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '../engine/docker/build.ts';
import type { DockerConnection } from '../engine/docker/connect.ts';
import { type ImageFacts, inspectImage, removeReplaced } from '../engine/docker/images.ts';
import { runOneShot } from '../engine/docker/run.ts';
import type { Runtime } from '../engine/runtimes/runtime.ts';
import { LABELS, PURPOSES } from '../engine/sandbox/labels.ts';
import { type ContextFile, packContext, readContextFile, readFiles } from './context.ts';
import { digestInputs } from './digest.ts';
import { addPackage, type FetchedPackage, fetchPackage } from './npm-package.ts';
import { IMAGES_DIR } from './paths.ts';
import { packagePins } from './pins.ts';
import type { Detail } from './progress.ts';
import { getRootFileSystem } from './root-file-system.ts';
import { sandboxUsers } from './users.ts';

/** The uids that sandboxes may have, which images give a name. */
export interface UidRangeOptions {
  readonly uidFirst: number;
  readonly uidLast: number;
}

/** What image builds depend on beside their recipes. */
export interface ImageOptions extends UidRangeOptions {
  /** Certificates that package managers trust during a build; '' for their own. They are not part of the image. */
  readonly caFile: string;
  /** Builds even what is up to date, for newer packages of Debian. */
  readonly rebuild: boolean;
}

/** An image that is up to date on this Docker. */
export interface ReadyImage {
  readonly id: string;
  /** Whether this call built it. */
  readonly built: boolean;
}

const BASE_IMAGE = 'isol8/base:latest';

/** Makes the image that all runtime images stand on, unless it is there already. */
export async function ensureBaseImage(
  docker: DockerConnection,
  options: ImageOptions,
  detail: Detail,
): Promise<ReadyImage> {
  const { files, digest } = await baseInputs(docker, options);
  const old = await inspectImage(docker, BASE_IMAGE);
  if (old !== undefined && isCurrent(old, digest, options)) return { id: old.id, built: false };

  await using root = await getRootFileSystem(docker, detail);
  const context = [
    ...files,
    await trustFile(options.caFile),
    { name: 'sources.list', content: root.sources, mode: 0o644 },
  ];
  const labels = { [LABELS.purpose]: PURPOSES.runtimeImage, [LABELS.digest]: digest };
  const build = { context: packContext(context), tag: BASE_IMAGE, labels, buildArgs: { ROOTFS: root.image } };
  const id = await buildImage(docker, build, detail);
  if (old !== undefined) await removeReplaced(docker, old.id);
  return { id, built: true };
}

/** Makes the image of one runtime, unless it is there already. */
export async function ensureRuntimeImage(
  docker: DockerConnection,
  runtime: Runtime,
  base: ReadyImage,
  options: ImageOptions,
  detail: Detail,
): Promise<ReadyImage> {
  const { files, pins, digest } = await runtimeInputs(docker, runtime, base.id);
  const old = await inspectImage(docker, runtime.image);
  if (old !== undefined && isCurrent(old, digest, options)) return { id: old.id, built: false };

  await using stack = new AsyncDisposableStack();
  const packages: FetchedPackage[] = [];
  for (const pin of pins) {
    detail(`fetching ${pin.name}`);
    packages.push(stack.use(await fetchPackage(pin, options.caFile)));
  }
  const context = packContext([...files, await trustFile(options.caFile)], async (pack) => {
    for (const fetched of packages) await addPackage(pack, fetched);
  });
  const unnamed = await buildImage(docker, { context, buildArgs: { BASE: base.id } }, detail);
  const version = await interpreterVersion(docker, unnamed, runtime);
  // The version is known only now that the interpreter has said it, so labels and name come last.
  const id = await buildImage(docker, {
    context: packContext([{ name: 'Dockerfile', content: `FROM ${unnamed}\n`, mode: 0o644 }]),
    tag: runtime.image,
    labels: {
      [LABELS.purpose]: PURPOSES.runtimeImage,
      [LABELS.runtime]: runtime.name,
      [LABELS.runtimeVersion]: version,
      [LABELS.digest]: digest,
    },
  });
  if (old !== undefined) await removeReplaced(docker, old.id);
  return { id, built: true };
}

/** Whether an image is there, and made from what it would be made from today. */
export type ImageState = 'current' | 'outdated' | 'missing';

/** Looks at the image of a runtime, and at what it stands on, without making anything. */
export async function runtimeImageState(
  docker: DockerConnection,
  runtime: Runtime,
  options: UidRangeOptions,
): Promise<ImageState> {
  const image = await inspectImage(docker, runtime.image);
  if (image === undefined) return 'missing';
  const base = await inspectImage(docker, BASE_IMAGE);
  if (base === undefined || base.labels[LABELS.digest] !== (await baseInputs(docker, options)).digest)
    return 'outdated';
  const { digest } = await runtimeInputs(docker, runtime, base.id);
  return image.labels[LABELS.digest] === digest ? 'current' : 'outdated';
}

async function baseInputs(docker: DockerConnection, { uidFirst, uidLast }: UidRangeOptions) {
  const users = sandboxUsers(uidFirst, uidLast);
  const files = [
    ...(await recipe('base')),
    { name: 'passwd', content: users.passwd, mode: 0o644 },
    { name: 'group', content: users.group, mode: 0o644 },
  ];
  return { files, digest: digestInputs(files, { architecture: docker.info.architecture }) };
}

async function runtimeInputs(docker: DockerConnection, runtime: Runtime, base: string) {
  const { architecture } = docker.info;
  const files = await recipe(runtime.name);
  const pins = packagePins(runtime.name, architecture);
  return { files, pins, digest: digestInputs(files, { architecture, base, pins }) };
}

async function recipe(name: string): Promise<ContextFile[]> {
  const files = await readFiles(join(IMAGES_DIR, name));
  return [...files, await readContextFile(join(IMAGES_DIR, 'apt-install'), IMAGES_DIR)];
}

async function trustFile(caFile: string): Promise<ContextFile> {
  return { name: 'trust.pem', content: caFile === '' ? '' : await readFile(caFile), mode: 0o644 };
}

function isCurrent(image: ImageFacts, digest: string, options: ImageOptions): boolean {
  return !options.rebuild && image.labels[LABELS.digest] === digest;
}

async function interpreterVersion(docker: DockerConnection, image: string, runtime: Runtime): Promise<string> {
  const command = [runtime.interpreter[0] ?? runtime.name, '--version'];
  const { exitCode, stdout, stderr } = await runOneShot(docker, { image, command });
  const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
  if (exitCode !== 0 || version === undefined) {
    throw new Error(
      `${command.join(' ')} does not work in the new image: ${stderr || stdout || `exit code ${exitCode}`}`,
    );
  }
  return version;
}
