import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { DockerConnection } from '../engine/docker/connect.ts';
import { guestBinaryPath, TOOLS_DIR } from '../engine/guest/binary.ts';
import { ensureGuestVolume } from '../engine/guest/volume.ts';
import { RUNTIMES } from '../engine/runtimes/registry.ts';
import { lockForProcess } from '../lib/process-lock.ts';
import { findDocker } from './docker-engine.ts';
import { ensureGuestBinary } from './guest.ts';
import { ensureBaseImage, ensureRuntimeImage, type ImageOptions, type ReadyImage } from './images.ts';
import type { Progress } from './progress.ts';

/** Images that are built at once: more would only wait for the same two cores and the same disk. */
const PARALLEL_BUILDS = 2;

/** How often a set-up that waits for another one looks whether it is over, in milliseconds. */
const LOCK_INTERVAL_MS = 250;

/** What `isol8 setup` is told. */
export interface SetupOptions extends ImageOptions {
  readonly dockerHost: string;
  /** Asked before Docker is installed or started. */
  readonly confirm: (plan: string) => Promise<boolean>;
}

/**
 * Brings this machine to where isol8 can serve: Docker, the images of all runtimes, and the guest. What is there
 * already is left alone. Steps that fail are in `progress.failures`; what does not need them is done all the same.
 *
 * @returns whether there was anything to do
 */
export async function setUp(options: SetupOptions, progress: Progress): Promise<boolean> {
  await mkdir(TOOLS_DIR, { recursive: true });
  using _lock = await waitForLock(progress);
  const docker = await getDocker(options, progress);
  if (docker === undefined) return true;
  const changes = await Promise.all([makeImages(docker, options, progress), makeGuest(docker, progress)]);
  return changes.includes(true);
}

/** Two set-ups at once would build the same things twice. */
async function waitForLock(progress: Progress): Promise<Disposable> {
  for (let told = false; ; told = true) {
    const lock = lockForProcess(join(TOOLS_DIR, 'setup.lock'));
    if (lock !== undefined) return lock;
    if (!told) progress.say('waiting for another set-up');
    await delay(LOCK_INTERVAL_MS);
  }
}

async function getDocker(options: SetupOptions, progress: Progress): Promise<DockerConnection | undefined> {
  let docker: DockerConnection | undefined;
  let started = false;
  const confirm = async (plan: string) => {
    started = await options.confirm(plan);
    return started;
  };
  await progress.step('docker', async (detail) => {
    docker = await findDocker(options.dockerHost, confirm, detail);
    return started ? `${docker.info.serverVersion} runs` : '';
  });
  for (const sentence of docker?.info.missing ?? []) progress.say(`docker         ${sentence}`);
  return docker;
}

async function makeImages(docker: DockerConnection, options: ImageOptions, progress: Progress): Promise<boolean> {
  let base: ReadyImage | undefined;
  let changed = false;
  const report = (image: ReadyImage) => {
    changed ||= image.built;
    return image.built ? 'built' : '';
  };
  await progress.step('base image', async (detail) => {
    base = await ensureBaseImage(docker, options, detail);
    return report(base);
  });
  if (base === undefined) return true;
  const on = base;
  const queue = new PQueue({ concurrency: PARALLEL_BUILDS });
  await queue.addAll(
    RUNTIMES.map(
      (runtime) => () =>
        progress.step(`${runtime.name} image`, async (detail) => {
          return report(await ensureRuntimeImage(docker, runtime, on, options, detail));
        }),
    ),
  );
  return changed;
}

async function makeGuest(docker: DockerConnection, progress: Progress): Promise<boolean> {
  let built = false;
  await progress.step('guest', async (detail) => {
    built = await ensureGuestBinary(docker.info.architecture, detail);
    await ensureGuestVolume(docker, guestBinaryPath(docker.info.architecture));
    return built ? 'built' : '';
  });
  return built;
}
