import { SESSION_IDLE_TIMEOUT_MS, SESSION_LIFETIME_MS } from '../constants.ts';
import { EngineError, type FieldViolation, refusal } from '../errors.ts';
import { admit } from '../policy/admit.ts';
import { checkName, checkSpan, MAX_SESSION_ID } from '../policy/check-session.ts';
import { checkLabelMap } from '../policy/checks.ts';
import { checkNarrower } from '../policy/in-session.ts';
import { policyDigest } from '../policy/resolve.ts';
import type { PolicyRules } from '../policy/rules.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { EffectivePolicy, Execution, ExecutionEvent, ExecutionRequest, Grant } from '../types.ts';
import type { Session } from './session.ts';
import { makeSessionId, type SessionBook, type SessionOrder } from './sessions.ts';
import type {
  CreatedSession,
  LeftOutput,
  SessionChange,
  SessionFilter,
  SessionInfo,
  SessionRequest,
  Sessions,
  SessionUsage,
} from './types.ts';

/** What the door to sessions is made with. */
export interface DoorParts {
  readonly book: SessionBook;
  readonly factory: Pick<SandboxFactory, 'retune'>;
  readonly maxLifetimeMs: number;
  readonly rulesFor: (grant: Grant | undefined) => PolicyRules;
  /** Begins an execution. */
  readonly start: (request: ExecutionRequest, signal: AbortSignal) => Execution;
}

/** The door to sessions. */
export class SessionDoor implements Sessions {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  async create(
    request: SessionRequest,
    signal: AbortSignal,
    found: readonly FieldViolation[] = [],
  ): Promise<CreatedSession> {
    const order = this.#order(request, found);
    const { session, seats, isNew } = await this.#parts.book.open(order, signal);
    const created = { session: () => session.info, setup: undefined };
    if (!isNew) {
      checkSame(session, order);
      return created;
    }
    if (request.files.length === 0 && request.setupScript === '') {
      session.change({ ready: true });
      seats.bootAhead();
      return created;
    }
    try {
      const execution = this.#parts.start(setupRequest({ ...request, id: order.id }), signal);
      return { ...created, setup: { id: execution.id, events: () => watched(execution, session) } };
    } catch (error) {
      await session.end('its set-up could not be started');
      throw error;
    }
  }

  get(tenant: string, id: string): SessionInfo {
    const { book } = this.#parts;
    return book.told(tenant, id) ?? book.get(tenant, id).session.info;
  }

  list(tenant: string, filter: SessionFilter): readonly SessionInfo[] {
    return this.#parts.book.list(tenant, filter);
  }

  async update(tenant: string, id: string, change: SessionChange): Promise<SessionInfo> {
    const { session } = this.#parts.book.get(tenant, id);
    return await session.inTurn(() => this.#update(session, change));
  }

  async #update(session: Session, change: SessionChange): Promise<SessionInfo> {
    const { createdAt, policy } = session.record;
    const { labels, expiresAt, idleTimeoutMs, limits = {} } = change;
    const lifetimeMs = expiresAt && expiresAt.getTime() - createdAt;
    const wrong = [
      ...(labels === undefined ? [] : checkLabelMap('session.labels', labels)),
      ...checkSpan('session.expire_time', lifetimeMs, this.#parts.maxLifetimeMs),
      ...checkSpan('session.idle_timeout', idleTimeoutMs, this.#parts.maxLifetimeMs),
      ...checkNarrower(limits, policy, session.runtime.memoryFloorBytes),
    ];
    if (wrong.length > 0) throw refusal(wrong);
    if (Object.keys(limits).length > 0)
      await this.#narrow(session, { ...policy, limits: { ...policy.limits, ...limits } });
    session.change({
      ...(labels && { labels }),
      ...(expiresAt && { expiresAt: expiresAt.getTime() }),
      ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    });
    if (expiresAt !== undefined || idleTimeoutMs !== undefined || limits.memoryBytes !== undefined) {
      if ((await session.sandbox()) !== undefined) await session.keep();
    }
    return session.info;
  }

  async delete(tenant: string, id: string): Promise<void> {
    await this.#parts.book.delete(tenant, id);
  }

  async resetContext(tenant: string, id: string, context: string): Promise<void> {
    using use = await this.#parts.book.use(tenant, id);
    await use.guest.endContext(context);
    this.#parts.book.find(tenant, id)?.session.contexts.delete(context);
  }

  async usage(tenant: string, id: string): Promise<SessionUsage> {
    using use = await this.#parts.book.use(tenant, id);
    const { mask } = this.#parts.book.get(tenant, id).session.secrets;
    const { processes, ...rest } = await use.guest.inspect();
    // What the guest cuts may end in the beginning of a value, as a quotation does.
    return { ...rest, processes: processes.map((one) => ({ ...one, command: mask.sentence(one.command) })) };
  }

  async output(tenant: string, id: string, executionId: string, offsets: { stdout: number; stderr: number }) {
    using use = await this.#parts.book.use(tenant, id);
    // What its set-up left and what its program left were both started by it; the program's is what is asked for.
    for (const phase of ['RUN', 'SETUP']) {
      const left = await use.guest.readLeft(`${executionId}/${phase}`, offsets);
      if (left === undefined) continue;
      const { mask } = this.#parts.book.get(tenant, id).session.secrets;
      const masked = (stretch: LeftOutput) => ({ ...stretch, text: mask.text(stretch.text) });
      return { ...left, stdout: masked(left.stdout), stderr: masked(left.stderr) };
    }
    const shown = executionId.slice(0, 64);
    throw new EngineError('EXECUTION_NOT_FOUND', `nothing is kept of what the execution "${shown}" left behind`, {
      metadata: { execution_id: shown },
    });
  }

  #order(request: SessionRequest, found: readonly FieldViolation[]): SessionOrder {
    const { tenant, id, labels, lifetimeMs, idleTimeoutMs } = request;
    const { maxLifetimeMs } = this.#parts;
    const { runtime, policy } = admit(setupRequest(request), this.#parts.rulesFor(request.grant), [
      ...found,
      ...(id === '' ? [] : checkName('session_id', id, MAX_SESSION_ID)),
      ...checkSpan('lifetime', lifetimeMs, maxLifetimeMs),
      ...checkSpan('idle_timeout', idleTimeoutMs, maxLifetimeMs),
    ]);
    return {
      tenant,
      id: id === '' ? makeSessionId() : id,
      runtime,
      policy,
      labels,
      lifetimeMs: lifetimeMs ?? Math.min(SESSION_LIFETIME_MS, maxLifetimeMs),
      idleTimeoutMs: idleTimeoutMs ?? Math.min(SESSION_IDLE_TIMEOUT_MS, maxLifetimeMs),
      maxSessions: request.grant?.maxSessions,
    };
  }

  async #narrow(session: Session, policy: EffectivePolicy): Promise<void> {
    const sandbox = await session.sandbox();
    if (sandbox === undefined) return;
    try {
      await this.#parts.factory.retune(sandbox, policy);
    } catch (error) {
      throw new EngineError('NOT_ENFORCEABLE', 'the limits could not be narrowed: the session uses more, perhaps', {
        cause: error,
      });
    }
    session.change({ policy });
  }
}

/** The set-up of a session as an execution in it. */
function setupRequest({
  tenant,
  id,
  grant,
  runtime,
  policy,
  labels,
  files,
  setupScript,
}: SessionRequest): ExecutionRequest {
  return {
    tenant,
    runtime,
    source: { kind: 'command', command: ':' },
    arguments: [],
    env: {},
    secrets: {},
    stdin: new Uint8Array(),
    workingDirectory: '',
    files,
    outputPaths: [],
    setupScript,
    policy,
    ...(grant && { grant }),
    labels,
    session: { id, create: false },
  };
}

/** Hands the session out when its set-up went well, and ends it when it did not or nobody waited for it. */
async function* watched(execution: Execution, session: Session): AsyncGenerator<ExecutionEvent> {
  let went = false;
  try {
    for await (const event of execution.events()) {
      if (event.kind === 'finished') {
        went = event.result.outcome === 'EXITED' && event.result.exitCode === 0;
        if (went) session.change({ ready: true });
        else await session.end('its set-up failed');
      }
      yield event;
    }
  } finally {
    if (!went) await session.end('its set-up failed');
  }
}

/** @throws EngineError SESSION_EXISTS */
function checkSame(session: Session, { runtime, policy, id }: SessionOrder): void {
  const differs = [
    ...(session.runtime === runtime ? [] : [{ field: 'runtime', description: `is ${session.runtime.name} there` }]),
    ...(policyDigest(session.record.policy) === policyDigest(policy)
      ? []
      : [{ field: 'policy', description: 'is another there: see GetSession' }]),
  ];
  if (differs.length === 0) return;
  throw new EngineError('SESSION_EXISTS', `there is a session "${id}" that is not as asked for`, {
    violations: differs,
    metadata: { session_id: id },
  });
}
