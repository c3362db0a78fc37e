import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import { lockForProcess } from '../lib/process-lock.ts';
import { SWEEP_INTERVAL_MS } from './constants.ts';
import { connectDocker } from './docker/connect.ts';
import { listContainers } from './docker/containers.ts';
import { type ContainerEvent, DockerEvents } from './docker/events.ts';
import { DockerEngine } from './engine.ts';
import { instanceId } from './instance.ts';
import { FreshPool } from './pool/fresh-pool.ts';
import { EvidenceBook } from './sandbox/evidence.ts';
import { SandboxFactory } from './sandbox/factory.ts';
import { VolumeGuestSupply } from './sandbox/guest-supply.ts';
import { ImageCatalog } from './sandbox/images.ts';
import { LABELS } from './sandbox/labels.ts';
import { Sweeper } from './sandbox/sweep.ts';
import { UidRange } from './sandbox/uids.ts';
import type { Engine } from './types.ts';

/** The settings that the engine reads. */
export type EngineConfig = Pick<
  Config,
  'dataDir' | 'dockerHost' | 'trustCaFile' | 'uidFirst' | 'uidLast' | 'maxConcurrent' | 'maxQueued'
>;

/**
 * Finds Docker, makes sure of the guest, removes what a process before this one left, and is ready.
 *
 * @param guestBinary path of the guest for a Docker of this architecture
 * @throws ConfigError when another server works in the data directory; EngineError DOCKER_UNAVAILABLE, or INTERNAL when the guest cannot be provided
 */
export async function createEngine(
  config: EngineConfig,
  guestBinary: (architecture: string) => string,
  log: Logger,
): Promise<Engine> {
  const docker = await connectDocker(config.dockerHost);
  for (const sentence of docker.info.missing) log.warn(sentence);
  await using opened = new AsyncDisposableStack();
  const owner = { instance: await instanceId(config.dataDir), process: randomBytes(8).toString('hex') };
  opened.use(lockDataDir(config.dataDir));
  const caBundle = config.trustCaFile === '' ? new Uint8Array() : await readFile(config.trustCaFile);
  const uids = new UidRange(config.uidFirst, config.uidLast);
  const evidence = new EvidenceBook();
  const inUse = new Set<string>();
  const sweeper = new Sweeper({ docker, owner, inUse, log });
  const events = await DockerEvents.subscribe(docker, LABELS.instance, (event) => {
    evidence.note(event);
    noteUid(uids, event);
    sweeper.note(event);
  });
  opened.use(events);
  const removed = await sweeper.sweep();
  if (removed > 0) log.info({ removed }, 'removed containers that a process before this one left');
  for (const other of await listContainers(docker, LABELS.uid)) {
    uids.occupy(Number(other.labels[LABELS.uid]), other.id);
  }
  const factory = new SandboxFactory({
    docker,
    owner,
    uids,
    inUse,
    evidence,
    guests: await VolumeGuestSupply.open(docker, guestBinary(docker.info.architecture), owner, log),
    images: new ImageCatalog(docker),
    caBundle,
    log,
  });
  const sweeping = setInterval(() => {
    sweeper.sweep().catch((error: unknown) => log.warn({ err: error }, 'the sweep failed'));
  }, SWEEP_INTERVAL_MS).unref();
  opened.defer(() => sweeper.sweep(0).then(() => {}));
  opened.defer(() => clearInterval(sweeping));
  const close = opened.move();
  return new DockerEngine({
    docker,
    events,
    pool: new FreshPool(factory),
    maxConcurrent: config.maxConcurrent,
    maxQueued: config.maxQueued,
    hasCaBundle: caBundle.length > 0,
    log,
    close: () => close.disposeAsync(),
  });
}

/** Two servers with one id would remove each other's sandboxes. */
function lockDataDir(dataDir: string): Disposable {
  const lock = lockForProcess(join(dataDir, 'lock'));
  if (lock !== undefined) return lock;
  throw new ConfigError(`ISOL8_DATA_DIR: another isol8 works in ${dataDir}: give each server a directory of its own`);
}

/** Keeps the uids of other servers' sandboxes out of ours; our own are noted when they are taken. */
function noteUid(uids: UidRange, event: ContainerEvent): void {
  const label = event.labels[LABELS.uid];
  if (label === undefined) return;
  const uid = Number(label);
  if (event.action === 'create') uids.occupy(uid, event.id);
  if (event.action === 'destroy') uids.vacate(uid, event.id);
}
