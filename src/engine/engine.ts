import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DockerConnection } from './docker/connect.ts';
import type { DockerEvents } from './docker/events.ts';
import { inspectImage } from './docker/images.ts';
import { EngineError, type FieldViolation } from './errors.ts';
import { Admission } from './execution/admission.ts';
import { RunningExecution } from './execution/execution.ts';
import { asEngineError, Executor } from './execution/executor.ts';
import { ExecutionRegistry } from './execution/registry.ts';
import { admit } from './policy/admit.ts';
import { ceilingsOf, defaultsOn } from './policy/resolve.ts';
import type { Pool } from './pool/pool.ts';
import { RUNTIMES } from './runtimes/registry.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { LABELS } from './sandbox/labels.ts';
import type { Engine, EngineInfo, Execution, ExecutionRequest, Limits, PoolStatus, RuntimeInfo } from './types.ts';

/** What the engine is wired from; whoever made the parts closes them. */
export interface EngineParts {
  readonly docker: DockerConnection;
  readonly events: DockerEvents;
  readonly pool: Pool;
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
  readonly #ceilings: Limits;
  readonly #admission: Admission;
  readonly #executions = new ExecutionRegistry();
  #draining = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#ceilings = ceilingsOf(parts.docker.info);
    this.#admission = new Admission(parts.maxConcurrent, parts.maxQueued);
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
    const { runtime, policy } = admit(request, this.#ceilings, found);
    const execution = new RunningExecution(request.tenant, signal);
    const executor = new Executor(execution, { request, runtime, policy, hasCaBundle: this.#parts.hasCaBundle, since });
    const onQueued = (position: number) => void execution.emit({ kind: 'queued', position });
    this.#admission
      .enter(() => executor.run(this.#parts.pool), execution.signal, onQueued)
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

  poolStatus(): readonly PoolStatus[] {
    return this.#parts.pool.status();
  }

  async info(): Promise<EngineInfo> {
    const { docker } = this.#parts;
    const { info, apiVersion } = docker;
    return {
      runtimes: await Promise.all(RUNTIMES.map((runtime) => this.#runtimeInfo(runtime))),
      defaults: defaultsOn(this.#ceilings),
      ceilings: this.#ceilings,
      docker: {
        version: info.serverVersion,
        apiVersion,
        cgroupVersion: info.cgroupVersion,
        runtimeClasses: info.runtimeClasses,
        missing: info.missing,
      },
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
