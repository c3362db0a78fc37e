import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Limits, LimitsSchema } from '../../../gen/isol8/v1/policy_pb.ts';
import type {
  CreateSessionRequest,
  ListSessionsRequest,
  ReadSessionOutputRequest,
  ResetContextRequest,
  UpdateSessionRequest,
} from '../../../gen/isol8/v1/session_pb.ts';
import { type FieldViolation, refusal } from '../../engine/errors.ts';
import type * as engine from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import type { Caller } from '../interceptors/context.ts';
import { fromDuration } from './duration.ts';
import { fromLimits, fromPolicy } from './policy.ts';
import { sessionStates } from './session-info.ts';
import { Violations } from './violations.ts';

/** Sessions of one page. */
const PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/** Wire to engine. */
export function fromCreateSessionRequest(
  request: CreateSessionRequest,
  { tenant, grant }: Caller,
): { readonly request: engine.SessionRequest; readonly violations: readonly FieldViolation[] } {
  const violations = new Violations();
  if (request.packages.length > 0) violations.unbuilt('packages', 'Installing packages');
  if (request.image !== '') violations.unbuilt('image', 'A choice of image');
  const converted = {
    tenant,
    id: request.sessionId,
    runtime: request.runtime,
    policy: fromPolicy(request.policy, violations),
    labels: request.labels,
    files: request.files.map(({ path, content, mode }) => ({ path, content, mode })),
    setupScript: request.setupScript,
    ...known({
      grant,
      lifetimeMs: fromSpan('lifetime', request.lifetime, violations),
      idleTimeoutMs: fromSpan('idle_timeout', request.idleTimeout, violations),
    }),
  };
  return { request: converted, violations: violations.all };
}

/**
 * The id of the session that a request names.
 *
 * @throws EngineError INVALID_FIELD
 */
export function fromSessionName({ sessionId }: { readonly sessionId: string }): string {
  if (sessionId === '') throw refusal([{ field: 'session_id', description: 'is required' }]);
  return sessionId;
}

/** @throws EngineError INVALID_FIELD */
export function fromContextRequest({ sessionId, context }: ResetContextRequest) {
  const violations = new Violations();
  if (sessionId === '') violations.wrong('session_id', 'is required');
  if (context === '') violations.wrong('context', 'is required');
  if (violations.all.length > 0) throw refusal(violations.all);
  return { id: sessionId, context };
}

/** @throws EngineError INVALID_FIELD */
export function fromOutputRequest({ sessionId, executionId, stdoutOffset, stderrOffset }: ReadSessionOutputRequest) {
  const violations = new Violations();
  if (sessionId === '') violations.wrong('session_id', 'is required');
  if (executionId === '') violations.wrong('execution_id', 'is required');
  for (const [field, offset] of Object.entries({ stdout_offset: stdoutOffset, stderr_offset: stderrOffset })) {
    if (offset < 0n) violations.wrong(field, 'must not be negative');
    if (offset > Number.MAX_SAFE_INTEGER) violations.wrong(field, 'is none that this server gave');
  }
  if (violations.all.length > 0) throw refusal(violations.all);
  return { id: sessionId, executionId, offsets: { stdout: Number(stdoutOffset), stderr: Number(stderrOffset) } };
}

/** @throws EngineError INVALID_FIELD */
export function fromListSessionsRequest({ pageSize, pageToken, labels, runtime, states }: ListSessionsRequest) {
  const violations = new Violations();
  const names = Object.entries(sessionStates);
  const wanted = states.map((state) => names.find(([, value]) => value === state)?.[0]);
  if (pageSize < 0) violations.wrong('page_size', `must not be negative, and is ${pageSize}`);
  if (wanted.includes(undefined)) violations.wrong('states', 'names a state that no session has');
  const after = pageToken === '' ? undefined : fromPageToken(pageToken);
  if (after === null) violations.wrong('page_token', 'is none that this server gave');
  if (violations.all.length > 0) throw refusal(violations.all);
  return {
    filter: { labels, runtime, states: wanted as engine.SessionState[] },
    pageSize: pageSize === 0 ? PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE),
    after: after ?? undefined,
  };
}

/** What gives the page after this one; '' when it is the last. */
export function nextPageToken(page: readonly engine.SessionInfo[], all: readonly engine.SessionInfo[]): string {
  const last = page.at(-1);
  if (last === undefined || page.length === all.length) return '';
  return Buffer.from(JSON.stringify([last.createdAt.getTime(), last.id])).toString('base64url');
}

/** Whether a session comes after the last one of a page; null when the token is not ours. */
function fromPageToken(token: string): ((session: engine.SessionInfo) => boolean) | null {
  try {
    const [time, id] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [unknown, unknown];
    if (typeof time !== 'number' || typeof id !== 'string') return null;
    return ({ createdAt, id: other }) => createdAt.getTime() < time || (createdAt.getTime() === time && other > id);
  } catch {
    return null;
  }
}

const LIMITS_PATH = 'policy.limits.';

/** A mask may name what every object has, too. */
function isLimit(field: string): field is Exclude<keyof Limits, '$typeName' | '$unknown'> {
  return LimitsSchema.fields.some(({ localName }) => localName === field);
}

/** @throws EngineError INVALID_FIELD */
export function fromUpdateSessionRequest({ session, updateMask }: UpdateSessionRequest): {
  readonly id: string;
  readonly change: engine.SessionChange;
} {
  const violations = new Violations();
  const paths = updateMask?.paths ?? [];
  if (session === undefined || session.sessionId === '') violations.wrong('session.session_id', 'is required');
  if (paths.length === 0) violations.wrong('update_mask', 'is required: it names what is to be changed');
  const limits: Record<string, unknown> = {};
  let change: engine.SessionChange = {};
  for (const path of paths) {
    if (path === 'labels') change = { ...change, labels: session?.labels ?? {} };
    else if (path === 'expire_time') {
      if (session?.expireTime === undefined) violations.wrong('session.expire_time', 'is in update_mask and not set');
      else change = { ...change, expiresAt: timestampDate(session.expireTime) };
    } else if (path === 'idle_timeout') {
      const idleTimeoutMs = fromSpan('session.idle_timeout', session?.idleTimeout, violations);
      if (session?.idleTimeout === undefined) violations.wrong('session.idle_timeout', 'is in update_mask and not set');
      else change = { ...change, ...known({ idleTimeoutMs }) };
    } else if (path.startsWith(LIMITS_PATH)) {
      const field = path.slice(LIMITS_PATH.length).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const value = isLimit(field) ? session?.policy?.limits?.[field] : undefined;
      if (value === undefined) violations.wrong(`session.${path}`, 'is in update_mask and not set, or no limit');
      else limits[field] = value;
    } else {
      violations.wrong(
        'update_mask',
        `names ${JSON.stringify(path.slice(0, 64))}: use labels, expire_time, idle_timeout or policy.limits.…`,
      );
    }
  }
  if (Object.keys(limits).length > 0) change = { ...change, limits: fromLimits(limits as Partial<Limits>, violations) };
  if (violations.all.length > 0) throw refusal(violations.all);
  return { id: session?.sessionId ?? '', change };
}

function fromSpan(field: string, given: Parameters<typeof fromDuration>[0] | undefined, violations: Violations) {
  const milliseconds = given && fromDuration(given);
  if (given !== undefined && milliseconds === undefined) {
    violations.wrong(field, 'is not a valid Duration: use one like "90s"');
  }
  return milliseconds;
}
