import { ENDED_EXECUTION_TTL_MS, ENDED_EXECUTIONS_KEPT } from '../constants.ts';
import { EngineError } from '../errors.ts';
import type { RunningExecution } from './execution.ts';

/** Executions by id: those under way, and for a while those that have ended. */
export class ExecutionRegistry {
  readonly #running = new Map<string, RunningExecution>();
  /** id → tenant and when it ended, oldest first. */
  readonly #ended = new Map<string, { readonly tenant: string; readonly at: number }>();

  /** Executions that are not over. */
  get running(): ReadonlyMap<string, RunningExecution> {
    return this.#running;
  }

  /** Keeps an execution until it is done, and its id for a while longer. */
  add(execution: RunningExecution): void {
    this.#running.set(execution.id, execution);
    void execution.done.then(() => {
      this.#running.delete(execution.id);
      this.#ended.set(execution.id, { tenant: execution.tenant, at: Date.now() });
      this.#expire();
    });
  }

  /**
   * The execution of an id; undefined when it has ended.
   *
   * @throws EngineError EXECUTION_NOT_FOUND, for another tenant's too
   */
  find(tenant: string, id: string): RunningExecution | undefined {
    this.#expire();
    const running = this.#running.get(id);
    if (running?.tenant === tenant) return running;
    if (this.#ended.get(id)?.tenant === tenant) return undefined;
    const shown = id.slice(0, 64);
    throw new EngineError(
      'EXECUTION_NOT_FOUND',
      `no execution "${shown}" is known; ids are kept for 10 minutes after the end`,
      {
        metadata: { execution_id: shown },
      },
    );
  }

  #expire(): void {
    const oldest = Date.now() - ENDED_EXECUTION_TTL_MS;
    for (const [id, { at }] of this.#ended) {
      if (at >= oldest && this.#ended.size <= ENDED_EXECUTIONS_KEPT) return;
      this.#ended.delete(id);
    }
  }
}
