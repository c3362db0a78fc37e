import { SETUP_COMMAND } from '../../lib/setup-command.ts';
import { EngineError } from '../errors.ts';
import { LOCAL_SOCKETS } from './host.ts';

/** What went wrong on the way to Docker, as node, docker-modem or the daemon says it. */
interface DockerFailure {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly json?: unknown;
}

function failure(error: unknown): DockerFailure {
  return typeof error === 'object' && error !== null ? (error as DockerFailure) : { message: error };
}

/** The HTTP status that the daemon answered with; undefined when it did not answer. */
export function dockerStatus(error: unknown): number | undefined {
  const { statusCode } = failure(error);
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** The daemon's own sentence, without docker-modem's "(HTTP code …)" around it. */
export function dockerMessage(error: unknown): string {
  const { json, message } = failure(error);
  const own = typeof json === 'object' && json !== null ? (json as { message?: unknown }).message : undefined;
  return String(own ?? message ?? error).trim();
}

/** The object is not there (any more). */
export function isNotFound(error: unknown): boolean {
  return dockerStatus(error) === 404;
}

/** Somebody else made, uses or removes the same object right now. */
export function isConflict(error: unknown): boolean {
  return dockerStatus(error) === 409;
}

/**
 * Turns a failure to reach Docker into `DOCKER_UNAVAILABLE` with its remedy.
 *
 * @param host where Docker was looked for, in the form of DOCKER_HOST
 */
export function unavailable(host: string, error: unknown): EngineError {
  const { code } = failure(error);
  const message =
    code === 'ENOENT' || code === 'ECONNREFUSED' ? nobody(host) : `Docker does not answer at ${host}: ${remedy(error)}`;
  return new EngineError('DOCKER_UNAVAILABLE', message, { cause: error });
}

function nobody(host: string): string {
  if (LOCAL_SOCKETS.includes(host)) {
    return `Docker does not answer at ${host}: no daemon is there; run "${SETUP_COMMAND}", or start Docker`;
  }
  return `DOCKER_HOST: nothing answers at ${host}: start Docker there, or unset DOCKER_HOST`;
}

function remedy(error: unknown): string {
  const { code } = failure(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return 'no permission; run as root or as a member of the group that owns the socket';
  }
  if (code === 'ABORT_ERR' || code === 'ETIMEDOUT')
    return 'no answer in time; is the daemon hanging? Look into its log';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no such host; correct DOCKER_HOST';
  return `${dockerMessage(error)}; correct DOCKER_HOST or look into the daemon's log`;
}
