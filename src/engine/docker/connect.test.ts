import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { connectDocker, negotiateApiVersion, parseDockerHost } from './connect.ts';
import docker20 from './testdata/docker-20.10.json' with { type: 'json' };
import docker29 from './testdata/docker-29.json' with { type: 'json' };

/** What a recorded daemon answers. */
interface Recording {
  readonly apiVersion: string;
  readonly minApiVersion: string;
  readonly info: unknown;
}

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Serves HTTP on a Unix socket of its own. */
async function listen(answer: RequestListener): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  closers.push(() => rm(directory, { recursive: true }));
  const path = join(directory, 'docker.sock');
  const server = createServer(answer).listen(path);
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `unix://${path}`;
}

/** A daemon that refuses versions as the real one does, and lists what it was asked for. */
async function startDaemon(recording: Recording): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const host = await listen((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('Api-Version', recording.apiVersion);
    const [, version, path] = /^(?:\/v([\d.]+))?(\/.*)$/.exec(request.url ?? '') ?? [];
    const minor = Number((version ?? recording.apiVersion).split('.')[1]);
    if (minor < Number(recording.minApiVersion.split('.')[1])) {
      const message = `client version ${version} is too old. Minimum supported API version is ${recording.minApiVersion}`;
      response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
    } else if (path === '/_ping') response.end('OK');
    else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(recording.info));
  });
  return { host, asked };
}

describe('a connection', () => {
  test('to Docker 20.10 speaks its newest version and knows its limits', async () => {
    const daemon = await startDaemon(docker20);
    const { apiVersion, info } = await connectDocker(daemon.host);
    expect(daemon.asked).toEqual(['/_ping', '/v1.41/info']);
    expect(apiVersion).toBe('1.41');
    expect(info).toEqual({
      serverVersion: '20.10.24+dfsg1',
      cgroupVersion: 1,
      cpus: 2,
      memoryBytes: 25_276_510_208,
      architecture: 'amd64',
      runtimeClasses: ['runc'],
      missing: [],
      unenforced: [],
      limitsSwap: true,
    });
  });

  test('to Docker 29 speaks the newest version that both know', async () => {
    const daemon = await startDaemon(docker29);
    const { apiVersion, info } = await connectDocker(daemon.host);
    expect(daemon.asked).toEqual(['/_ping', '/v1.52/info']);
    expect(apiVersion).toBe('1.52');
    expect(info).toMatchObject({
      cgroupVersion: 2,
      architecture: 'arm64',
      runtimeClasses: ['runc', 'runsc'],
      missing: [],
    });
  });

  test('says which limits a host cannot enforce', async () => {
    const info = { ...docker20.info, SwapLimit: false, PidsLimit: false, SecurityOptions: null };
    const daemon = await startDaemon({ ...docker20, info });
    const { missing, unenforced, limitsSwap } = (await connectDocker(daemon.host)).info;
    expect(unenforced).toEqual(['isolation.seccomp', 'limits.processes']);
    expect(limitsSwap).toBe(false);
    expect(missing.map((sentence) => /limit swap|limit processes|filter system calls/.exec(sentence)?.[0])).toEqual([
      'limit swap',
      'limit processes',
      'filter system calls',
    ]);
  });

  test('says that a rootless Docker without delegated cgroups enforces nothing', async () => {
    const info = {
      ...docker29.info,
      CgroupDriver: 'none',
      SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'],
    };
    const daemon = await startDaemon({ ...docker29, info });
    expect((await connectDocker(daemon.host)).info.missing[0]).toMatch(/rootless.*delegate/);
  });

  test('is refused by a daemon that has dropped every version that we know', async () => {
    const daemon = await startDaemon({ ...docker29, apiVersion: '1.70', minApiVersion: '1.60' });
    await expect(connectDocker(daemon.host)).rejects.toMatchObject({
      reason: 'DOCKER_UNAVAILABLE',
      message: expect.stringMatching(/too old.*1\.60; update isol8/),
    });
  });
});

describe('Docker that is not there', () => {
  test('is a line with the remedy', async () => {
    await expect(connectDocker('unix:///nonexistent/docker.sock')).rejects.toMatchObject({
      reason: 'DOCKER_UNAVAILABLE',
      message:
        'DOCKER_HOST: nothing answers at unix:///nonexistent/docker.sock: start Docker there, or unset DOCKER_HOST',
    });
  });

  test('is not mistaken for something else that listens there', async () => {
    const host = await listen((_, response) => response.end('hello'));
    await expect(connectDocker(host)).rejects.toMatchObject({ reason: 'DOCKER_UNAVAILABLE' });
  });
});

test.each([
  ['1.41', '1.41'],
  ['1.47', '1.47'],
  ['1.52', '1.52'],
  ['1.60', '1.52'],
  ['2.0', '1.52'],
])('a daemon of API %s is spoken to in %s', (daemon, expected) => {
  expect(negotiateApiVersion(daemon)).toBe(expected);
});

test.each(['1.40', '1.9', ''])('a daemon of API "%s" is too old', (daemon) => {
  expect(() => negotiateApiVersion(daemon)).toThrow(/1\.41 \(Docker 20\.10\) or newer/);
});

test.each([
  ['unix:///run/d.sock', { socketPath: '/run/d.sock', protocol: 'http' }],
  ['tcp://box:2375', { host: 'box', port: '2375' }],
  ['tcp://box:2376', { host: 'box', port: '2376', protocol: 'https' }],
  ['tcp://box', { host: 'box', port: '2375' }],
  ['https://box:8443', { host: 'box', port: '8443', protocol: 'https' }],
  ['http://[::1]:2375', { host: '[::1]', port: '2375', protocol: 'http' }],
])('%s is understood', (host, expected) => {
  expect(parseDockerHost(host)).toMatchObject(expected);
});

test.each(['', 'docker', 'unix://', 'ftp://box', 'tcp://'])('"%s" is refused as DOCKER_HOST', (host) => {
  expect(() => parseDockerHost(host)).toThrow(/use unix:\/\/\/path/);
});
