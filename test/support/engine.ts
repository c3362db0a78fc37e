import { randomBytes } from 'node:crypto';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import { DockerEvents } from '../../src/engine/docker/events.ts';
import type { ImageFacts } from '../../src/engine/docker/images.ts';
import { DockerEngine } from '../../src/engine/engine.ts';
import { resolvePolicy } from '../../src/engine/policy/resolve.ts';
import { platformRules } from '../../src/engine/policy/rules.ts';
import { WarmPool } from '../../src/engine/pool/warm-pool.ts';
import type { Runtime } from '../../src/engine/runtimes/runtime.ts';
import { EvidenceBook } from '../../src/engine/sandbox/evidence.ts';
import { SandboxFactory } from '../../src/engine/sandbox/factory.ts';
import type { GuestSupply } from '../../src/engine/sandbox/guest-supply.ts';
import { ImageCatalog } from '../../src/engine/sandbox/images.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { DEFAULT_SECCOMP, type SeccompProfile } from '../../src/engine/sandbox/seccomp.ts';
import { UidRange } from '../../src/engine/sandbox/uids.ts';
import { SessionBook } from '../../src/engine/session/sessions.ts';
import { openDatabase } from '../../src/engine/store/database.ts';
import { SessionTable } from '../../src/engine/store/session-table.ts';
import { codeRequest } from '../../src/engine/test-support.ts';
import type { ExecutionRequest } from '../../src/engine/types.ts';
import { createLog } from '../../src/telemetry/log.ts';

const DOCKER_HOST = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';

/** What engines of one test share: one Docker, one instance. */
export class EngineBench implements AsyncDisposable {
  readonly docker: DockerConnection;
  readonly instance = `test-${randomBytes(4).toString('hex')}`;
  readonly owner = { instance: this.instance, process: 'test' };
  readonly #evidence: EvidenceBook;
  readonly #events: DockerEvents;
  readonly #uids = new UidRange(40_000, 40_999);

  private constructor(docker: DockerConnection, evidence: EvidenceBook, events: DockerEvents) {
    this.docker = docker;
    this.#evidence = evidence;
    this.#events = events;
  }

  static async open(): Promise<EngineBench> {
    const docker = await connectDocker(DOCKER_HOST);
    const evidence = new EvidenceBook();
    const events = await DockerEvents.subscribe(docker, LABELS.uid, (event) => evidence.note(event));
    return new EngineBench(docker, evidence, events);
  }

  /** An engine of some other guest or images; what it logs goes line by line to `log`. */
  engine(
    guests: GuestSupply,
    images = new ImageCatalog(this.docker),
    log: (line: string) => void = () => {},
    base: readonly { runtime: Runtime; size: number }[] = [],
    seccomp: SeccompProfile = DEFAULT_SECCOMP,
  ) {
    const rules = platformRules(this.docker.info);
    const parts = { docker: this.docker, log: createLog('info', { write: log }) };
    const factory = new SandboxFactory({
      ...parts,
      owner: this.owner,
      inUse: new Set(),
      uids: this.#uids,
      evidence: this.#evidence,
      guests,
      images,
      seccomp: new Map([['DEFAULT', seccomp]]),
      caBundle: new Uint8Array(),
    });
    const pool = new WarmPool({
      factory,
      base: base.map((one) => ({ ...one, policy: resolvePolicy({ limits: {} }, rules, 0) })),
      fixed: new Set(),
      budget: { count: base.length * 10, bytes: 1e12 },
      maxStarts: 4,
      maxRefills: 1,
      log: parts.log,
    });
    const table = new SessionTable(openDatabase(':memory:'));
    return new DockerEngine({
      ...parts,
      sessions: new SessionBook({ factory, table, pool, maxSessions: 8, log: parts.log }),
      factory,
      maxLifetimeMs: 3_600_000,
      dockerHost: DOCKER_HOST,
      events: this.#events,
      pool,
      rules,
      maxConcurrent: 8,
      maxQueued: 8,
      hasCaBundle: false,
      close: () => pool[Symbol.asyncDispose](),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events[Symbol.asyncDispose]();
  }
}

/** Gives every runtime the same image. */
export class OneImage extends ImageCatalog {
  readonly #image: ImageFacts;
  constructor(bench: EngineBench, image: ImageFacts) {
    super(bench.docker);
    this.#image = image;
  }
  override async find(): Promise<ImageFacts> {
    return this.#image;
  }
}

/** A request with nothing in it but a program that bash runs. */
export function bashRequest(code: string, changes: Partial<ExecutionRequest> = {}): ExecutionRequest {
  return codeRequest('bash', code, changes);
}
