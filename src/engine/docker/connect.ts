import type { IncomingMessage } from 'node:http';
import Dockerode from 'dockerode';
import { EngineError } from '../errors.ts';
import { dockerMessage, dockerStatus, unavailable } from './errors.ts';
import { type DockerInfo, readInfo } from './info.ts';

export type { DockerInfo };

/** Oldest API that has all we use (Docker 20.10). */
const OLDEST_API = '1.41';

/** Newest API that this code was written for (Docker 29); a newer daemon speaks it too. */
const NEWEST_API = '1.52';

/** How long the daemon may take for each of the two answers that a connection needs, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A Docker that answered, with what it said about itself. */
export interface DockerConnection {
  readonly client: Dockerode;
  /** The version that every request of `client` carries, as "1.41". */
  readonly apiVersion: string;
  readonly info: DockerInfo;
}

/**
 * Finds Docker, agrees on an API version and asks what it can do. Nothing is held open: there is nothing to close.
 *
 * @param host in the form of DOCKER_HOST: `unix:///path`, `tcp://host:port`, `http://…`, `https://…`
 * @throws EngineError DOCKER_UNAVAILABLE, with the remedy
 */
export async function connectDocker(host: string): Promise<DockerConnection> {
  const options = parseDockerHost(host);
  const daemonApi = await pingApiVersion(new Dockerode(options), host);
  const apiVersion = negotiateApiVersion(daemonApi);
  const client = new Dockerode({ ...options, version: `v${apiVersion}` });
  return { client, apiVersion, info: readInfo(await askInfo(client, host)) };
}

/**
 * The version to speak with a daemon whose newest is `daemonApi`.
 *
 * @throws EngineError DOCKER_UNAVAILABLE when the daemon is older than 20.10
 */
export function negotiateApiVersion(daemonApi: string): string {
  if (compareVersions(daemonApi, OLDEST_API) < 0) {
    throw new EngineError(
      'DOCKER_UNAVAILABLE',
      `Docker speaks API ${daemonApi || 'of an unknown version'}; isol8 needs ${OLDEST_API} (Docker 20.10) or newer: update Docker`,
    );
  }
  return compareVersions(daemonApi, NEWEST_API) < 0 ? daemonApi : NEWEST_API;
}

/**
 * Options for dockerode. They are explicit because docker-modem would otherwise fill gaps from its own reading of
 * DOCKER_HOST; for TLS its reading of DOCKER_CERT_PATH stands.
 *
 * @throws EngineError DOCKER_UNAVAILABLE when the text is none of the known forms
 */
export function parseDockerHost(host: string): Dockerode.DockerOptions {
  if (host.startsWith('unix://') && host.length > 'unix://'.length) {
    return { socketPath: host.slice('unix://'.length), host: undefined, protocol: 'http' };
  }
  const url = URL.parse(host);
  if (url === null || !/^(tcp|https?):$/.test(url.protocol) || url.hostname === '') {
    throw new EngineError(
      'DOCKER_UNAVAILABLE',
      `DOCKER_HOST is "${host}"; use unix:///path, tcp://host:port or https://…`,
    );
  }
  const secure = url.protocol === 'https:' || url.port === '2376';
  const port = url.port || (secure ? '2376' : '2375');
  return {
    socketPath: undefined,
    host: url.hostname,
    port,
    // Left out for tcp://, where DOCKER_TLS_VERIFY decides.
    ...(secure ? { protocol: 'https' } : url.protocol === 'http:' ? { protocol: 'http' } : {}),
  };
}

async function pingApiVersion(client: Dockerode, host: string): Promise<string> {
  try {
    // Not client.ping(): it gives the body, and the version is in a header.
    const response = (await ask(client, '/_ping', true)) as IncomingMessage;
    response.resume();
    return String(response.headers['api-version'] ?? '');
  } catch (error) {
    throw unavailable(host, error);
  }
}

async function askInfo(client: Dockerode, host: string): Promise<unknown> {
  try {
    return await ask(client, '/info', false);
  } catch (error) {
    // A daemon whose oldest API is newer than ours says so with 400.
    if (dockerStatus(error) === 400) {
      throw new EngineError(
        'DOCKER_UNAVAILABLE',
        `Docker refuses API ${NEWEST_API}: ${dockerMessage(error)}; update isol8`,
      );
    }
    throw unavailable(host, error);
  }
}

function ask(client: Dockerode, path: string, isStream: boolean): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  client.modem.dial(
    { path, method: 'GET', isStream, statusCodes: { 200: true }, abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
    (error, answer) => (error ? reject(error) : resolve(answer)),
  );
  return promise;
}

function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}
