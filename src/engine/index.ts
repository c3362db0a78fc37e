import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import { SWEEP_INTERVAL_MS } from './constants.ts';
import { connectDocker } from './docker/connect.ts';
import { listContainers } from './docker/containers.ts';
import { type ContainerEvent, DockerEvents } from './docker/events.ts';
import { DockerEngine } from './engine.ts';
import { instanceId, lockDataDir } from './instance.ts';
import { type OperatorPolicy, operatorProblems, operatorRules } from './policy/operator.ts';
import { checkPolicy, resolvePolicy } from './policy/resolve.ts';
import { narrow, platformRules, type RuntimeClass } from './policy/rules.ts';
import { WarmPool } from './pool/warm-pool.ts';
import { RUNTIMES } from './runtimes/registry.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { EvidenceBook } from './sandbox/evidence.ts';
import { SandboxFactory } from './sandbox/factory.ts';
import { VolumeGuestSupply } from './sandbox/guest-supply.ts';
import { ImageCatalog } from './sandbox/images.ts';
import { LABELS } from './sandbox/labels.ts';
import { fixedClasses, probeClasses, trySeccomp, unprobedClasses } from './sandbox/runtime-classes.ts';
import { seccompPlace, seccompProfiles } from './sandbox/seccomp-profiles.ts';
import { Sweeper } from './sandbox/sweep.ts';
import { UidRange } from './sandbox/uids.ts';
import { SessionBook } from './session/sessions.ts';
import { openDatabase } from './store/database.ts';
import { SessionTable } from './store/session-table.ts';
import type { Engine } from './types.ts';

/** The settings that the engine reads. */
export type EngineConfig = Pick<
  Config,
  | 'dataDir'
  | 'dockerHost'
  | 'trustCaFile'
  | 'uidFirst'
  | 'uidLast'
  | 'maxConcurrent'
  | 'maxQueued'
  | 'pool'
  | 'poolMax'
  | 'poolMemoryBytes'
  | 'maxSessions'
  | 'sessionMaxLifetimeSeconds'
>;

/**
 * Finds Docker, makes sure of the guest, removes what a process before this one left, tries what this host enforces, and
 * is ready.
 *
 * @param operator what the operator settles about policies
 * @param guestBinary path of the guest for a Docker of this architecture
 * @throws ConfigError when another server works in the data directory, or what the operator settles cannot hold on this host; EngineError DOCKER_UNAVAILABLE, or SANDBOX_START_FAILED when the guest cannot be provided or no sandbox works
 */
export async function createEngine(
  config: EngineConfig,
  operator: OperatorPolicy,
  guestBinary: (architecture: string) => string,
  log: Logger,
): Promise<Engine> {
  const base = basePool(config.pool);
  const docker = await connectDocker(config.dockerHost);
  for (const sentence of docker.info.missing) log.warn(sentence);
  const seccomp = await seccompProfiles(operator.seccompFiles);
  for (const sentence of seccomp.warnings) log.warn(sentence);
  const platformOf = (classes: ReadonlyMap<string, RuntimeClass>) =>
    platformRules(docker.info, {
      profiles: operator.profiles,
      seccomp: [...seccomp.profiles.keys()],
      classes,
      defaultClass: docker.info.runtimeClasses[0] ?? 'runc',
    });
  const unprobed = platformOf(unprobedClasses(docker.info, operator.acceptUnenforced));
  refuse([...seccomp.problems, ...operatorProblems(unprobed, operator)]);
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
  const database = openDatabase(config.dataDir);
  opened.defer(() => database.close());
  const table = new SessionTable(database);
  const left = table.all();
  for (const { container } of left) inUse.add(container);
  const removed = await sweeper.sweep();
  if (removed > 0) log.info({ removed }, 'removed containers that a process before this one left');
  for (const other of await listContainers(docker, LABELS.uid)) {
    uids.occupy(Number(other.labels[LABELS.uid]), other.id);
  }
  const guests = await VolumeGuestSupply.open(docker, guestBinary(docker.info.architecture), owner, log);
  const factory = new SandboxFactory({
    docker,
    owner,
    uids,
    inUse,
    evidence,
    guests,
    images: new ImageCatalog(docker),
    seccomp: seccomp.profiles,
    caBundle,
    log,
  });
  const { image } = await guests.current();
  const trial = { factory, info: docker.info, image, log };
  const platform = platformOf(await probeClasses(trial, operator.acceptUnenforced));
  refuse(operatorProblems(platform, operator));
  const failures = await trySeccomp(trial, [...operator.seccompFiles.keys()]);
  refuse([...failures].map(([name, why]) => `${seccompPlace(name)}: no sandbox works with it: ${why}`));
  const rules = operatorRules(platform, operator);
  // What waits is what callers get who ask for nothing.
  const callers = operator.key === undefined ? rules : narrow(rules, operator.key);
  const sweeping = setInterval(() => {
    sweeper.sweep().catch((error: unknown) => log.warn({ err: error }, 'the sweep failed'));
  }, SWEEP_INTERVAL_MS).unref();
  opened.defer(() => sweeper.sweep(0).then(() => {}));
  opened.defer(() => clearInterval(sweeping));
  const pool = new WarmPool({
    factory,
    base: base.flatMap((one) => {
      // Where every request is refused that asks for nothing, nothing need wait for one.
      if (checkPolicy({ limits: {} }, callers, one.runtime.memoryFloorBytes).length > 0) return [];
      return [{ ...one, policy: resolvePolicy({ limits: {} }, callers, one.runtime.memoryFloorBytes) }];
    }),
    fixed: fixedClasses(rules),
    budget: { count: config.poolMax, bytes: config.poolMemoryBytes || docker.info.memoryBytes },
    maxStarts: 2 * docker.info.cpus,
    maxRefills: Math.max(1, Math.floor(docker.info.cpus / 2)),
    log,
  });
  opened.use(pool);
  const sessions = new SessionBook({ factory, table, log, pool, maxSessions: config.maxSessions });
  opened.defer(() => sessions.leave());
  await sessions.recover(left);
  const close = opened.move();
  return new DockerEngine({
    docker,
    dockerHost: config.dockerHost,
    events,
    pool,
    sessions,
    factory,
    maxLifetimeMs: config.sessionMaxLifetimeSeconds * 1000,
    rules,
    maxConcurrent: config.maxConcurrent,
    maxQueued: config.maxQueued,
    hasCaBundle: caBundle.length > 0,
    log,
    close: () => close.disposeAsync(),
  });
}

/** @throws ConfigError when there is any problem */
function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(problems.map((line) => `ISOL8_POLICY_FILE: ${line}`).join('\n'));
}

/**
 * What waits from the start on.
 *
 * @throws ConfigError when a runtime of it is unknown
 */
function basePool(sizes: ReadonlyMap<string, number>): { runtime: Runtime; size: number }[] {
  return [...sizes].map(([name, size]) => {
    const runtime = RUNTIMES.find((one) => one.name === name);
    if (runtime !== undefined) return { runtime, size };
    const known = RUNTIMES.map((one) => one.name).join(', ');
    throw new ConfigError(`ISOL8_POOL: there is no runtime "${name}": use ${known}`);
  });
}

/** Keeps the uids of other servers' sandboxes out of ours; our own are noted when they are taken. */
function noteUid(uids: UidRange, event: ContainerEvent): void {
  const label = event.labels[LABELS.uid];
  if (label === undefined) return;
  const uid = Number(label);
  if (event.action === 'create') uids.occupy(uid, event.id);
  if (event.action === 'destroy') uids.vacate(uid, event.id);
}
