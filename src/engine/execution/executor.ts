import { GUEST_ANSWER_TIMEOUT_MS, WRITE_FILES_TIMEOUT_MS } from '../constants.ts';
import { EngineError } from '../errors.ts';
import type { Stdin } from '../guest/client.ts';
import { FILE_FAILURES } from '../guest/read-files.ts';
import { policyDigest } from '../policy/resolve.ts';
import type { Lease } from '../pool/pool.ts';
import type { ExecutionRequest, ExecutionResult, MissingOutputPath, Phase, Timings } from '../types.ts';
import { runCell } from './cell.ts';
import { coldReason, guestsReason } from './cold-reason.ts';
import { type Ending, ended, limitText, usageOf } from './ending.ts';
import type { RunningExecution } from './execution.ts';
import { giveFiles } from './give-files.ts';
import { type ExecutionPlan, inputFiles, isFile, type PhaseOrder, programOrder, setupOrder } from './orders.ts';
import { outcomeOf } from './outcome.ts';
import { OutputCollector } from './output.ts';
import { type RunReport, runPhase } from './run-phase.ts';

/** Runs one execution from the pool to its `finished`: prepare, set up, run, give back files. */
export class Executor {
  readonly #execution: RunningExecution;
  readonly #plan: ExecutionPlan;
  readonly #marks: { -readonly [K in keyof Timings]?: Timings[K] } = {};
  #timeLeftMs: number;

  constructor(execution: RunningExecution, plan: ExecutionPlan) {
    this.#execution = execution;
    this.#plan = plan;
    this.#timeLeftMs = plan.policy.limits.timeoutMs;
  }

  /**
   * Does it all; resolves when the sandbox is given up. What fails before `started` closes the events with an EngineError;
   * after it there is always a `finished`. Never rejects but for a fault of ours.
   *
   * @param acquire gets a sandbox that has the policy in force
   */
  async run(acquire: (signal: AbortSignal) => Promise<Lease>): Promise<void> {
    const { session, policy, since } = this.#plan;
    const asked = performance.now();
    this.#marks.queuedMs = asked - since;
    let lease: Lease;
    try {
      lease = await acquire(this.#execution.signal);
    } catch (error) {
      if (this.#execution.signal.aborted) return this.#finish(cancelled('PREPARE'), []);
      this.#execution.close(error);
      return;
    }
    await using _ = lease;
    const { sandbox } = lease;
    this.#marks.sandbox = lease.origin;
    this.#marks.acquiredMs = performance.now() - asked;
    if (!sandbox.isReady) {
      this.#execution.close(
        new EngineError('SANDBOX_START_FAILED', 'the sandbox was lost before anything was run', {
          cause: sandbox.guest.connection.failure,
        }),
      );
      return;
    }
    sandbox.occupy();
    const started = {
      kind: 'started' as const,
      executionId: this.#execution.id,
      sessionId: session?.id ?? '',
      effectivePolicy: policy,
      policyDigest: policyDigest(policy),
      queuedMs: this.#marks.queuedMs,
    };
    void this.#execution.emit(started);
    const ending = await this.#inSandbox(lease);
    if (session !== undefined && sandbox.isBusy) await this.#removeCode(lease);
    const missing = await giveFiles(this.#plan, this.#execution, sandbox, ending.outcome);
    this.#finish(ending, missing);
    // Whoever cancels must not wait for a reset.
    if (!sandbox.isBusy || this.#execution.signal.aborted) return;
    await lease.giveBack();
  }

  /** Ends an execution that was cancelled before it had a place. */
  cancelledInQueue(): void {
    this.#marks.queuedMs = performance.now() - this.#plan.since;
    this.#finish(cancelled('PREPARE'), []);
  }

  async #inSandbox(lease: Lease): Promise<Ending> {
    const { request, runtime } = this.#plan;
    const failure = await this.#prepare(lease);
    if (failure !== undefined) return failure;
    if (request.setupScript !== '') {
      const order = setupOrder(this.#plan, lease);
      const { ending, runMs } = await this.#runOne(lease, 'SETUP', order, new Uint8Array());
      this.#marks.setupMs = runMs;
      if (ending.outcome !== 'EXITED' || ending.exitCode !== 0) return setupEnding(ending);
    }
    const { bootedWith } = lease;
    const reason = bootedWith && coldReason(this.#plan, bootedWith);
    const mayBeHot = bootedWith !== undefined && reason === undefined;
    if (request.context !== undefined) {
      const cell = await runCell(this.#plan, this.#execution, lease, request.context, this.#timeLeftMs, mayBeHot);
      Object.assign(this.#marks, cell.marks);
      return { ...(cell.ending ?? (await this.#lost(lease, 'RUN', cell.lost))), ...cell.stats };
    }
    const order = programOrder(this.#plan, lease, mayBeHot);
    const stdin = this.#execution.input ?? request.stdin;
    const { ending, runMs, started } = await this.#runOne(lease, 'RUN', order, stdin);
    this.#marks.runMs = runMs;
    if (started !== undefined) {
      this.#marks.interpreter = started.hot && runtime.hook !== '' ? 'HOT' : 'COLD';
      // It may name a variable, and a name may be anything.
      this.#marks.coldReason = reason ?? this.#plan.mask.sentence(guestsReason(started.coldReason));
    }
    return ending;
  }

  /** Code that was too large to go with its order is a file, and nobody's when the session goes on. */
  async #removeCode({ sandbox, mainFile }: Lease): Promise<void> {
    if (mainFile === undefined || !isFile(this.#plan.request.source)) return;
    const signal = AbortSignal.timeout(GUEST_ANSWER_TIMEOUT_MS);
    // Where it cannot be removed, the next program of this name replaces it.
    await sandbox.guest.files.remove(mainFile, false, signal).catch(() => {});
  }

  /** Writes files; returns how the execution ends when that fails. */
  async #prepare(lease: Lease): Promise<Ending | undefined> {
    const { sandbox } = lease;
    const files = inputFiles(this.#plan, lease);
    if (files.length === 0) return undefined;
    const signal = this.#execution.signal;
    try {
      if (signal.aborted) return cancelled('PREPARE');
      const failure = await sandbox.guest.writeFiles(files, WRITE_FILES_TIMEOUT_MS, signal);
      if (failure === undefined) return undefined;
      const message = `${failure.path.slice(0, 4096)} ${FILE_FAILURES[failure.reason] ?? 'cannot be written'}`;
      return ended('SETUP_FAILED', 'PREPARE', message);
    } catch (error) {
      return signal.aborted ? cancelled('PREPARE') : this.#lost(lease, 'PREPARE', error);
    }
  }

  async #runOne(lease: Lease, phase: Phase, order: PhaseOrder, stdin: Stdin) {
    const execution = this.#execution;
    const { sandbox } = lease;
    const runId = `${execution.id}/${phase}`;
    execution.signaller = (signal) => sandbox.guest.signal(runId, signal);
    void execution.emit({ kind: 'phase', phase });
    const output = new OutputCollector((event) => execution.offer(event), this.#plan.mask);
    const begun = performance.now();
    const report = await runPhase(sandbox, {
      order: { ...order, runId, timeoutMs: this.#timeLeftMs },
      stdin,
      onOutput: (stream, data) => output.take(stream, data),
      onEnding: () => execution.release(),
      signal: execution.signal,
    });
    // By the host's clock: a guest that lies about its time gains none.
    const elapsedMs = performance.now() - begun;
    this.#timeLeftMs = Math.max(1, this.#timeLeftMs - elapsedMs);
    const runMs = report.end?.runMs ?? elapsedMs;
    if (phase === 'RUN' && output.firstAt !== undefined) this.#marks.firstOutputMs = output.firstAt - begun;
    const exited = report.end?.by === 'PROGRAM' && report.end.exitCode !== undefined;
    const stdoutStats = await output.end('STDOUT', report.end?.stdoutBytes, exited);
    const stderrStats = await output.end('STDERR', report.end?.stderrBytes, exited);
    const ending = await this.#ending(lease, phase, report);
    return { ending: { ...ending, stdoutStats, stderrStats }, runMs, started: report.started };
  }

  async #ending(lease: Lease, phase: Phase, report: RunReport): Promise<Ending> {
    if (report.startFailure !== undefined) {
      return ended('SETUP_FAILED', 'PREPARE', startFailureText(report.startFailure, this.#plan.request));
    }
    const { end, endedByHost, lost } = report;
    if (end === undefined && endedByHost === undefined) return this.#lost(lease, phase, lost);
    if (end === undefined) await lease.clear();
    const outcome = outcomeOf({ end, endedByHost, oom: false });
    const usage = usageOf(end?.usage, this.#isAlone);
    return {
      ...ended(outcome, phase, outcome === 'SANDBOX_LOST' ? LOST_TEXT : ''),
      ...(end?.exitCode === undefined ? {} : { exitCode: end.exitCode }),
      ...(end?.signal === undefined ? {} : { signal: end.signal }),
      usage,
    };
  }

  /** Whether nobody else has used the sandbox, nor uses it. */
  get #isAlone(): boolean {
    return this.#marks.sandbox !== 'REUSED' && this.#marks.sandbox !== 'SESSION';
  }

  async #lost(lease: Lease, phase: Phase, cause: unknown): Promise<Ending> {
    const oom = await lease.lost();
    const outcome = outcomeOf({ end: undefined, endedByHost: undefined, oom });
    lease.sandbox.noteLoss(cause);
    return ended(outcome, phase, oom ? 'the whole sandbox ran out of memory' : LOST_TEXT);
  }

  #finish(ending: Ending, missing: MissingOutputPath[]): void {
    const { policy, since, mask } = this.#plan;
    const result: ExecutionResult = {
      ...ending,
      message: mask.sentence(ending.message || limitText(ending.outcome, policy)),
      executionId: this.#execution.id,
      sessionId: this.#plan.session?.id ?? '',
      missingOutputPaths: missing.map(({ path, reason }) => ({ path: mask.text(path), reason })),
      timings: { queuedMs: 0, acquiredMs: 0, ...this.#marks, totalMs: performance.now() - since },
      effectivePolicy: policy,
      policyDigest: policyDigest(policy),
    };
    this.#execution.release();
    void this.#execution.emit({ kind: 'finished', result });
    this.#execution.close();
  }
}

const LOST_TEXT = 'the sandbox ended before the program did; what it had written until then is kept';

function cancelled(phase: Phase): Ending {
  return ended('CANCELLED', phase, '');
}

/** A set-up script that did not exit with 0 by itself is SETUP_FAILED; what made us or the kernel kill it stays. */
function setupEnding(ending: Ending): Ending {
  if (ending.outcome !== 'EXITED' && ending.outcome !== 'SIGNALED') return ending;
  const how = ending.exitCode === undefined ? `signal ${ending.signal}` : `exit code ${ending.exitCode}`;
  const message = ending.message || `Setup script failed (${how}); the program was not run`;
  return { ...ending, outcome: 'SETUP_FAILED', message };
}

function startFailureText(failure: { reason: string; message: string }, request: ExecutionRequest): string {
  switch (failure.reason) {
    case 'WORKING_DIRECTORY_OUTSIDE':
      return `working_directory ${request.workingDirectory}: Working directory must be inside /sandbox`;
    case 'BAD_WORKING_DIRECTORY':
      return `working_directory ${request.workingDirectory} is not a directory that can be entered`;
    default:
      return failure.message;
  }
}

/** An error for a caller, from whatever went wrong before anything was started. */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError('INTERNAL', 'an internal error; the server’s log has the cause', { cause: error });
}
