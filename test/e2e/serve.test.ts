import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metadata } from 'nice-grpc';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { refusalOf } from '../support/client.ts';
import { collectEvents, program } from '../support/collect.ts';
import { must, run } from '../support/command.ts';
import { bringGrpcurl, grpcurl, withKey } from '../support/grpcurl.ts';
import { TEST_KEY } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const REQUEST = ['-d', JSON.stringify({ runtime: 'bash', code: 'echo served' })];
const EXECUTE = 'isol8.v1.Isol8Service/Execute';

let folder: string;
let servers = 0;
beforeAll(async () => {
  await bringGrpcurl();
  folder = await mkdtemp(join(tmpdir(), 'isol8-e2e-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A server of its own data directory; it is told to stop afterwards, and must end well. */
async function serving(environment: Record<string, string>, use: (server: ServerProcess) => Promise<void>) {
  servers += 1;
  const server = await startServerProcess(join(folder, String(servers)), environment);
  try {
    await use(server);
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
}

/** Runs `serve` with settings that it cannot serve with. */
async function refused(environment: Record<string, string>): Promise<string> {
  const env = { ISOL8_API_KEY: TEST_KEY, ISOL8_DATA_DIR: join(folder, 'refused'), ...environment };
  const { code, stdout, stderr } = await run(process.execPath, ['bin/isol8.js', 'serve'], { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return stderr;
}

test('listens on a Unix socket, and removes it when it stops', async () => {
  const path = join(folder, 'isol8.sock');
  await serving({ ISOL8_LISTEN: `unix:${path}` }, async () => {
    const { stdout } = await grpcurl([...withKey(TEST_KEY), ...REQUEST, `unix://${path}`, EXECUTE]);
    expect(stdout).toContain('served');
  });
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('speaks TLS, and nothing else then', async () => {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  await must('openssl', 'req', ...kind, ...subject, '-keyout', key, '-out', certificate);
  await serving({ ISOL8_TLS_CERT_FILE: certificate, ISOL8_TLS_KEY_FILE: key }, async ({ address }) => {
    const args = ['-cacert', certificate, ...withKey(TEST_KEY), ...REQUEST, address, EXECUTE];
    expect((await run('.tools/bin/grpcurl', args)).stdout).toContain('served');
    const plain = await grpcurl(['-connect-timeout', '2', ...withKey(TEST_KEY), ...REQUEST, address, EXECUTE]);
    expect(plain.code).not.toBe(0);
  });
});

test('makes a key when there is none, prints it once, and takes no other', async () => {
  await serving({ ISOL8_API_KEY: '' }, async ({ address, printed }) => {
    const keys = [...printed.matchAll(/^export ISOL8_API_KEY=(\S+)$/gm)].map(([, key]) => String(key));
    expect(keys).toHaveLength(1);
    const call = (key: string) => grpcurl([...withKey(key), ...REQUEST, address, EXECUTE]);
    expect((await call(String(keys[0]))).stdout).toContain('served');
    expect((await call(TEST_KEY)).stderr).toContain('Unauthenticated');
  });
});

test.each([
  {
    what: 'plaintext off loopback',
    environment: { ISOL8_LISTEN: '0.0.0.0:0' },
    says: /ISOL8_LISTEN.*ISOL8_TLS_CERT_FILE/,
  },
  { what: 'no key off loopback', environment: { ISOL8_LISTEN: '0.0.0.0:0', ISOL8_API_KEY: '' }, says: /ISOL8_API_KEY/ },
  { what: 'no address', environment: { ISOL8_LISTEN: 'nonsense' }, says: /ISOL8_LISTEN.*host:port/ },
  {
    what: 'no folder for the socket',
    environment: { ISOL8_LISTEN: 'unix:/nodir/sock' },
    says: /ISOL8_LISTEN.*\/nodir/,
  },
  {
    what: 'a data directory below /proc',
    environment: { ISOL8_DATA_DIR: '/proc/isol8' },
    says: /ISOL8_DATA_DIR.*ENOENT/,
  },
  { what: 'a misspelt setting', environment: { ISOL8_LISEN: 'x' }, says: /ISOL8_LISEN.*ISOL8_LISTEN/ },
  { what: 'a key that is too short', environment: { ISOL8_API_KEY: 'short' }, says: /ISOL8_API_KEY.*16/ },
  { what: 'no Docker', environment: { DOCKER_HOST: 'unix:///nonexistent.sock' }, says: /DOCKER_HOST: nothing answers/ },
])('$what is refused in one line that says what to do', async ({ environment, says }) => {
  const environmentOfAll = { ISOL8_LISTEN: '127.0.0.1:0', ...environment };
  expect(await refused(environmentOfAll)).toMatch(says);
});

test('nothing is made before every setting was looked at', async () => {
  const dataDir = join(folder, 'unmade');
  await refused({ ISOL8_DATA_DIR: dataDir, ISOL8_LISTEN: '0.0.0.0:0' });
  await refused({ ISOL8_DATA_DIR: dataDir, ISOL8_POOL: 'cobol=1' });
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

test('a second server on the same port is refused in one line', async () => {
  await serving({}, async ({ address }) => {
    expect(await refused({ ISOL8_LISTEN: address })).toMatch(/ISOL8_LISTEN.*in use/);
  });
});

test.each([[['make', '--silent', 'serve'] as const], [['bin/isol8', 'serve'] as const]])(
  'a server that %s started ends with it, and well',
  async (command) => {
    servers += 1;
    const dataDir = join(folder, String(servers));
    const server = await startServerProcess(dataDir, {}, { command });
    const run = server.client.isol8.execute(program('bash', 'echo begun; read -t 2 < <(sleep 60); echo done'));
    await vi.waitFor(async () => expect((await server.client.isol8.getServerInfo({})).runningExecutions).toBe(1));
    await server.end('SIGTERM');
    expect((await run).stdout).toBe('begun\ndone\n');
    // Nobody holds its data directory or its port any more.
    const [, port] = server.address.split(':');
    await serving({ ISOL8_DATA_DIR: dataDir, ISOL8_LISTEN: `127.0.0.1:${port}` }, async () => {});
  },
);

test('SIGTERM lets what runs finish and refuses what is new', async () => {
  servers += 1;
  const server = await startServerProcess(join(folder, String(servers)));
  const { isol8 } = server.client;
  const begun = Promise.withResolvers<void>();
  const events = isol8.executeStream({ execute: program('bash', 'echo begun; read -t 4 < <(sleep 60); echo done') });
  const watched = (async function* () {
    for await (const answer of events) {
      if (answer.event?.event.case === 'output') begun.resolve();
      yield answer;
    }
  })();
  const whole = collectEvents(watched);
  await begun.promise;
  const ended = server.end('SIGTERM');
  const refusals: unknown[] = [];
  for (let finished = false; !finished; ) {
    let trailer: Metadata | undefined;
    const call = isol8.execute(program('bash', 'echo new'), {
      onTrailer: (metadata) => {
        trailer = metadata;
      },
    });
    const outcome = await call.then(
      () => 'ran',
      (error: unknown) => refusalOf(error, trailer),
    );
    // Until the signal has come, calls are still taken.
    if (outcome !== 'ran') refusals.push(outcome);
    finished = refusals.length > 2;
  }
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ code: 14, reason: expect.stringMatching(/^(SERVER_DRAINING)?$/) });
  }
  expect((await whole).finished).toMatchObject({ outcome: Outcome.EXITED, exitCode: 0 });
  expect(String((await whole).stdout)).toBe('begun\ndone\n');
  expect(await ended).toBe(0);
});
