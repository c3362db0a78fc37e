import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { SETUP_COMMAND } from '../../lib/setup-command.ts';
import { GREETING_TIMEOUT_MS } from '../constants.ts';
import type { DockerConnection } from '../docker/connect.ts';
import {
  attachContainer,
  createContainer,
  inspectLimits,
  removeContainer,
  startContainer,
  updateContainer,
} from '../docker/containers.ts';
import { dockerMessage, dockerStatus, isNotFound } from '../docker/errors.ts';
import { execInContainer } from '../docker/exec.ts';
import { EngineError } from '../errors.ts';
import { programEnvironment } from '../execution/environment.ts';
import { GuestClient } from '../guest/client.ts';
import { GuestConnection } from '../guest/connection.ts';
import { millisecondsOf } from '../guest/duration.ts';
import { proveLink } from '../guest/proof.ts';
import { StdioDuplex } from '../guest/stdio.ts';
import { codeArgv, type Runtime } from '../runtimes/runtime.ts';
import type { EffectivePolicy } from '../types.ts';
import type { EvidenceBook } from './evidence.ts';
import type { GuestSupply } from './guest-supply.ts';
import type { ImageCatalog } from './images.ts';
import type { Owner } from './labels.ts';
import { Sandbox } from './sandbox.ts';
import type { SeccompProfile } from './seccomp.ts';
import { containerSpec, GUEST_PROGRAM, LINK_USER, liveLimits } from './spec.ts';
import type { UidRange } from './uids.ts';

/** What sandboxes are made with. */
export interface FactoryParts {
  readonly docker: DockerConnection;
  readonly owner: Owner;
  readonly uids: UidRange;
  /** Ids of the containers that this process uses; the factory keeps it. */
  readonly inUse: Set<string>;
  readonly evidence: EvidenceBook;
  readonly guests: GuestSupply;
  readonly images: ImageCatalog;
  /** By the names that policies use. */
  readonly seccomp: ReadonlyMap<string, SeccompProfile>;
  /** PEM; empty when sandboxes are given no certificates. */
  readonly caBundle: Uint8Array;
  readonly log: Logger;
}

/** What finds a sandbox again that was kept. */
export interface KeptSandbox {
  readonly container: string;
  readonly uid: number;
  readonly guestDigest: string;
  readonly key: Uint8Array;
  readonly imageEnvironment: readonly string[];
}

/** Starts sandboxes and removes them. */
export class SandboxFactory {
  readonly #parts: FactoryParts;

  constructor(parts: FactoryParts) {
    this.#parts = parts;
  }

  /**
   * Starts a sandbox and greets its guest. A guest that is missing or not ours is put right once and tried again.
   *
   * @throws EngineError DOCKER_UNAVAILABLE, IMAGE_MISSING, SANDBOX_START_FAILED; the signal's reason when it aborts
   */
  async create(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Sandbox> {
    try {
      return await this.#create(policy, runtime, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EngineError) throw error;
      this.#parts.log.warn(
        { err: error, runtime: runtime.name },
        'a sandbox did not start; looking at image and guest',
      );
      this.#parts.images.forget(runtime.image);
    }
    try {
      await this.#parts.guests.repair();
      return await this.#create(policy, runtime, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw startError(error);
    }
  }

  /**
   * Lets the interpreter of a sandbox boot ahead of its program, exactly as it will be started for one.
   *
   * @param mainFile its program's, in /sandbox, where that is not the runtime's usual one
   * @returns why nothing waits; undefined when it does
   */
  boot(sandbox: Sandbox, policy: EffectivePolicy, runtime: Runtime, mainFile?: string): Promise<string | undefined> {
    return sandbox.boot(this.#bootOrder(sandbox, runtime, mainFile), policy);
  }

  /**
   * Makes a sandbox that was used as good as new.
   *
   * @throws Error with what is odd about it; then it must not be used again
   */
  reset(sandbox: Sandbox, runtime: Runtime): Promise<void> {
    return sandbox.reset(this.#bootOrder(sandbox, runtime));
  }

  #bootOrder(sandbox: Sandbox, runtime: Runtime, mainFile = runtime.mainFile) {
    const { hook } = runtime;
    if (hook === '') return { hook, argv: [], environment: [] };
    const environment = programEnvironment(runtime, sandbox.imageEnvironment, this.#parts.caBundle.length > 0, {});
    return { hook, argv: codeArgv(runtime, [], mainFile), environment };
  }

  /**
   * Changes the limits of a sandbox that nobody has used to those of another policy of the same shape.
   *
   * @throws whatever Docker refuses, or an Error when afterwards it says otherwise
   */
  async retune(sandbox: Sandbox, policy: EffectivePolicy): Promise<void> {
    const wanted = liveLimits(policy);
    const { docker } = this.#parts;
    await updateContainer(docker, sandbox.id, wanted);
    const found = await inspectLimits(docker, sandbox.id);
    if (!isDeepStrictEqual(found, wanted)) throw new Error(`Docker says ${JSON.stringify(found)}`);
  }

  async #create(policy: EffectivePolicy, runtime: Runtime, signal: AbortSignal): Promise<Sandbox> {
    const { docker, owner, images, guests, uids, inUse } = this.#parts;
    const image = await images.find(runtime);
    const { volume, digest } = await guests.current();
    signal.throwIfAborted();
    const uid = uids.take();
    if (uid === undefined) {
      throw new EngineError(
        'SANDBOX_START_FAILED',
        'every uid of the range is in use: widen ISOL8_UID_FIRST to ISOL8_UID_LAST',
      );
    }
    let container = '';
    let connection: GuestConnection | undefined;
    const remove = () => this.#remove(container, uid);
    const onAbort = () => connection?.[Symbol.dispose]();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const seccomp = this.#parts.seccomp.get(policy.seccomp);
      if (seccomp === undefined) throw new Error(`there is no seccomp profile ${policy.seccomp}`);
      const spec = containerSpec(policy, {
        image: image.id,
        runtime: runtime.name,
        seccomp,
        uid,
        guestVolume: volume,
        owner,
      });
      container = await createContainer(docker, `isol8-${randomBytes(8).toString('hex')}`, spec);
      inUse.add(container);
      const evidence = this.#parts.evidence.track(container);
      signal.throwIfAborted();
      const stdio = new StdioDuplex(await attachContainer(docker, container));
      connection = new GuestConnection(stdio);
      signal.throwIfAborted();
      await startContainer(docker, container);
      signal.throwIfAborted();
      const guest = new GuestClient(connection);
      await guest.greet(digest, uid, this.#parts.caBundle, GREETING_TIMEOUT_MS);
      return new Sandbox({
        id: container,
        uid,
        guest,
        evidence,
        imageEnvironment: image.env,
        remove,
        guestDigest: digest,
        throttle: this.#throttle(container),
        logLoss: this.#logLoss(container, stdio),
      });
    } catch (error) {
      connection?.[Symbol.dispose]();
      // Whoever cancels is told when nothing is left, and a guest's volume that is in use cannot be put right.
      await remove();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Opens another link to a sandbox that was kept, whoever opened the first one.
   *
   * @throws LinkLost or ProtocolViolation, or whatever Docker says; the container is as it was
   */
  async relink(
    kept: KeptSandbox,
    timeoutMs: number,
  ): Promise<{ sandbox: Sandbox; idleMs: number; contexts: string[] }> {
    const { docker, uids, inUse, evidence } = this.#parts;
    const { container, uid, guestDigest } = kept;
    const stdio = new StdioDuplex(await execInContainer(docker, container, LINK_USER, [GUEST_PROGRAM, 'link']));
    let connection: GuestConnection | undefined;
    try {
      await proveLink(stdio, kept.key, timeoutMs);
      connection = new GuestConnection(stdio);
      const guest = new GuestClient(connection);
      const greeting = await guest.greet(guestDigest, uid, new Uint8Array(), timeoutMs);
      inUse.add(container);
      const sandbox = new Sandbox({
        id: container,
        uid,
        guest,
        guestDigest,
        evidence: evidence.track(container),
        imageEnvironment: kept.imageEnvironment,
        remove: () => this.#remove(container, uid),
        throttle: this.#throttle(container),
        logLoss: this.#logLoss(container, stdio),
        isKept: true,
      });
      uids.occupy(uid, container);
      const idleMs = greeting.idle === undefined ? 0 : millisecondsOf(greeting.idle);
      return { sandbox, idleMs, contexts: greeting.contexts };
    } catch (error) {
      connection?.[Symbol.dispose]();
      stdio.destroy();
      throw error;
    }
  }

  /** Removes the container of a kept sandbox that has no link. */
  removeKept({ container, uid }: Pick<KeptSandbox, 'container' | 'uid'>): Promise<void> {
    return this.#remove(container, uid);
  }

  #throttle(container: string) {
    const { docker } = this.#parts;
    return (cpuCores = docker.info.cpus) =>
      updateContainer(docker, container, { NanoCpus: Math.round(cpuCores * 1e9) });
  }

  #logLoss(container: string, stdio: StdioDuplex) {
    return (cause: unknown) =>
      this.#parts.log.warn({ err: cause, container, stderr: stdio.stderrTail }, 'a sandbox was lost');
  }

  async #remove(container: string, uid: number): Promise<void> {
    const { docker, evidence, uids, inUse, log } = this.#parts;
    try {
      if (container !== '') await removeContainer(docker, container);
      uids.give(uid);
    } catch (error) {
      // The sweep tries again; until Docker says that it is gone, nobody else gets its uid.
      uids.give(uid);
      uids.occupy(uid, container);
      log.error({ err: error, container }, 'a container could not be removed yet');
    } finally {
      evidence.forget(container);
      inUse.delete(container);
    }
  }
}

function startError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (dockerStatus(error) === undefined && (error as { code?: unknown }).code !== undefined) {
    return new EngineError('DOCKER_UNAVAILABLE', 'Docker does not answer; try again when it does', { cause: error });
  }
  if (isNotFound(error) && dockerMessage(error).toLowerCase().includes('no such image')) {
    return new EngineError('IMAGE_MISSING', `the runtime’s image is missing: run "${SETUP_COMMAND}" on the server`, {
      cause: error,
    });
  }
  if (dockerMessage(error).includes('setting rlimit')) {
    const description =
      'is above what the Docker daemon may open itself: ask for less, or raise the daemon’s own limit';
    return new EngineError('NOT_ENFORCEABLE', `policy.limits.open_files: ${description}`, {
      violations: [{ field: 'policy.limits.open_files', description }],
      cause: error,
    });
  }
  return new EngineError('SANDBOX_START_FAILED', 'the sandbox did not start; nothing was run', { cause: error });
}
