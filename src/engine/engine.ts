import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DockerConnection } from './docker/connect.ts';
import type { DockerEvents } from './docker/events.ts';
import { inspectImage } from './docker/images.ts';
import { EngineError, type FieldViolation, refusal } from './errors.ts';
import { Admission } from './execution/admission.ts';
import { RunningExecution } from './execution/execution.ts';
import { asEngineError, Executor } from './execution/executor.ts';
import { ExecutionRegistry } from './execution/registry.ts';
import { GuestSessionFiles } from './files/session-files.ts';
import { admit } from './policy/admit.ts';
import { checkPolicy, defaultLimits, policyDigest, resolvePolicy } from './policy/resolve.ts';
import { narrow, type PolicyRules } from './policy/rules.ts';
import type { Pool } from './pool/pool.ts';
import { findRuntime, noRuntime, RUNTIMES } from './runtimes/registry.ts';
import type { Runtime } from './runtimes/runtime.ts';
import type { SandboxFactory } from './sandbox/factory.ts';
import { LABELS } from './sandbox/labels.ts';
import { SelfTest } from './self-test/self-test.ts';
import { SessionDoor } from './session/door.ts';
import { type Placed, placeInSession } from './session/place.ts';
import type { SessionBook } from './session/sessions.ts';
import type {
  Engine,
  EngineInfo,
  Execution,
  ExecutionRequest,
  Grant,
  PolicyAnswer,
  PolicyQuestion,
  PoolStatus,
  RuntimeInfo,
  SelfTestRequest,
  SelfTestResult,
} from './types.ts';

/** What the engine is wired from; whoever made the parts closes them. */
export interface EngineParts {
  readonly docker: DockerConnection;
  /** Where it was found, in the form of DOCKER_HOST. */
  readonly dockerHost: string;
  readonly events: DockerEvents;
  readonly pool: Pool;
  readonly sessions: SessionBook;
  readonly factory: Pick<SandboxFactory, 'retune'>;
  /** How long a session may live. */
  readonly maxLifetimeMs: number;
  /** What this host and the operator allow. */
  readonly rules: PolicyRules;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  /** Whether sandboxes are given certificates to trust. */
  readonly hasCaBundle: boolean;
  readonly log: Logger;
  /** Ends everything that the engine runs beside executions. */
  readonly close: () => Promise<void>;
}

/** The engine on one Docker. */
export class DockerEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #admission: Admission;
  readonly #executions = new ExecutionRegistry();
  readonly #selfTest: SelfTest;
  readonly sessions: SessionDoor;
  readonly files: GuestSessionFiles;
  #draining = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.maxConcurrent, parts.maxQueued);
    this.#selfTest = new SelfTest(this, parts.maxConcurrent, parts.dockerHost);
    this.files = new GuestSessionFiles(parts.sessions);
    this.sessions = new SessionDoor({
      book: parts.sessions,
      factory: parts.factory,
      maxLifetimeMs: parts.maxLifetimeMs,
      rulesFor: (grant) => this.#rulesFor(grant),
      start: (request, signal) => this.start(request, signal),
    });
  }

  get healthy(): boolean {
    return !this.#draining && this.#parts.events.connected && this.#parts.pool.warm;
  }

  start(request: ExecutionRequest, signal: AbortSignal, found: readonly FieldViolation[] = []): Execution {
    const since = performance.now();
    if (this.#draining) {
      throw new EngineError(
        'SERVER_DRAINING',
        'the server is shutting down: nothing was started, try another or later',
      );
    }
    const { runtime, policy, mask, acquire } = this.#place(request, found);
    const execution = new RunningExecution(request.tenant, signal, request.interactive ? request.stdin : undefined);
    const executor = new Executor(execution, {
      request: { ...request, labels: mask.texts(request.labels) },
      runtime,
      policy,
      mask,
      hasCaBundle: this.#parts.hasCaBundle,
      since,
      session: request.session && this.#parts.sessions.placeFor(request.tenant, request.session.id),
    });
    const onQueued = (position: number) => void execution.emit({ kind: 'queued', position });
    this.#admission
      .enter(() => executor.run((signal) => acquire(execution, signal)), execution.signal, onQueued)
      .catch((error: unknown) => {
        if (execution.signal.aborted) return executor.cancelledInQueue();
        const { log } = this.#parts;
        log.error({ err: error, executionId: execution.id }, 'an execution failed for a fault of ours');
        execution.close(asEngineError(error));
      })
      .finally(() => execution.finish());
    this.#executions.add(execution);
    return execution;
  }

  async cancel(tenant: string, executionId: string): Promise<void> {
    const execution = this.#executions.find(tenant, executionId);
    if (execution === undefined) return;
    execution.cancel();
    await execution.done;
  }

  async sendInput(
    tenant: string,
    executionId: string,
    offset: number,
    data: Uint8Array,
    end: boolean,
  ): Promise<number> {
    const { input } = this.#executions.find(tenant, executionId) ?? { input: undefined };
    if (input !== undefined) return await input.take(offset, data, end);
    throw new EngineError('INPUT_REFUSED', 'the execution takes no input: it is not INTERACTIVE, or it has ended');
  }

  async sendSignal(tenant: string, executionId: string, signal: number): Promise<void> {
    await this.#executions.find(tenant, executionId)?.signaller?.(signal);
  }

  resolve(asked: PolicyQuestion, found: readonly FieldViolation[] = []): PolicyAnswer {
    const runtime = findRuntime(asked.runtime);
    if (runtime === undefined) throw refusal([noRuntime(asked.runtime)]);
    const rules = this.#rulesFor(asked.grant);
    const violations = [...found, ...checkPolicy(asked.policy, rules, runtime.memoryFloorBytes)];
    if (violations.length > 0) return { violations };
    const effectivePolicy = resolvePolicy(asked.policy, rules, runtime.memoryFloorBytes);
    return { effectivePolicy, policyDigest: policyDigest(effectivePolicy), violations };
  }

  async selfTest(
    request: SelfTestRequest,
    signal: AbortSignal,
    found: readonly FieldViolation[] = [],
  ): Promise<readonly SelfTestResult[]> {
    return this.#selfTest.run(request, signal, found);
  }

  poolStatus(): readonly PoolStatus[] {
    return this.#parts.pool.status();
  }

  async info(tenant: string, grant?: Grant): Promise<EngineInfo> {
    const { docker } = this.#parts;
    const rules = this.#rulesFor(grant);
    const { info, apiVersion } = docker;
    return {
      runtimes: await Promise.all(RUNTIMES.map((runtime) => this.#runtimeInfo(runtime))),
      defaults: defaultLimits(rules),
      ceilings: rules.ceilings.limits,
      runtimeClasses: rules.ceilings.runtimeClasses.flatMap((name) => {
        const found = rules.classes.get(name);
        return found === undefined || found.unavailable !== undefined ? [] : [{ name, unenforced: found.unenforced }];
      }),
      docker: {
        version: info.serverVersion,
        apiVersion,
        cgroupVersion: info.cgroupVersion,
        missing: info.missing,
      },
      quotas: [this.#parts.sessions.quotaOf(tenant, grant?.maxSessions)],
      running: this.#executions.running.size - this.#admission.queued,
      queued: this.#admission.queued,
    };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const running = [...this.#executions.running.values()];
    const all = Promise.all(running.map((execution) => execution.done));
    const timer = new AbortController();
    await Promise.race([all, delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    for (const execution of running) execution.cancel();
    await all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
    await this.#parts.close();
  }

  #place(request: ExecutionRequest, found: readonly FieldViolation[]): Placed {
    const rules = this.#rulesFor(request.grant);
    const { session, tenant } = request;
    if (session !== undefined) return placeInSession(this.#parts.sessions, request, session, rules, found);
    const admitted = admit(request, rules, found);
    const { policy, runtime } = admitted;
    return { ...admitted, acquire: (_, signal) => this.#parts.pool.acquire({ tenant, policy, runtime }, signal) };
  }

  #rulesFor(grant: Grant | undefined): PolicyRules {
    return grant === undefined ? this.#parts.rules : narrow(this.#parts.rules, grant);
  }

  async #runtimeInfo(runtime: Runtime): Promise<RuntimeInfo> {
    const image = await inspectImage(this.#parts.docker, runtime.image);
    return {
      name: runtime.name,
      version: image?.labels[LABELS.runtimeVersion] ?? '',
      image: runtime.image,
      available: image !== undefined,
      memoryFloorBytes: runtime.memoryFloorBytes,
    };
  }
}
