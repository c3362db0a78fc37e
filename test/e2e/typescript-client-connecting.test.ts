import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ClientOptions,
  ConnectionLostError,
  InvalidRequestError,
  Isol8,
} from '../../clients/typescript/src/index.ts';
import { must } from '../support/command.ts';
import { NO_POOL, startTestServer, TEST_KEY } from '../support/server.ts';
import { bothWays, HELLO } from './typescript-client-support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isol8-client-'));
});
afterAll(() => rm(folder, { recursive: true }));

const client = (options: ClientOptions = {}) => new Isol8({ apiKey: TEST_KEY, ...options });

test.each([
  [{ address: 'localhost' }, 'address: must be host:port'],
  [{ address: 'ftp://x:1' }, 'address: must be host:port'],
  [{ address: 'http://x/path' }, 'address: must be host:port'],
  [{ address: 'http://x:1', tls: true }, 'tls: cannot be together'],
  [{ tls: { cert: 'x' } }, 'tls: must have both'],
  [{ tls: { ca: 'x' } }, 'tls.ca: must be PEM'],
  [{ tls: { cert: '-----BEGIN X', key: '-----BEGIN X' } }, 'tls: cannot be used'],
  [{ apiKey: 'a\nb' }, 'apiKey: must be printable'],
  [{ deadlineMs: 0 }, 'deadlineMs: must be'],
  [{ adress: 'x:1' }, 'adress: there is no such option'],
])('options that cannot be used are refused: %j', (options, says) => {
  expect(() => new Isol8(options as ClientOptions)).toThrow(InvalidRequestError);
  expect(() => new Isol8(options as ClientOptions)).toThrow(says);
});

test('TLS with an authority of one’s own, and nothing else then', async () => {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  await must('openssl', 'req', ...kind, ...subject, '-keyout', key, '-out', certificate);
  const secure = await startTestServer({ ...NO_POOL, ISOL8_TLS_CERT_FILE: certificate, ISOL8_TLS_KEY_FILE: key });
  const ca = await readFile(certificate);
  {
    await using _ = secure;
    for (const address of [secure.address, `https://${secure.address}`]) {
      using isol8 = client({ address, tls: { ca } });
      expect((await isol8.execute(HELLO)).stdout).toBe('hello\n');
    }
    for (const options of [{ tls: true }, {}, { address: `http://${secure.address}` }] as const) {
      const [error] = await bothWays(client({ address: secure.address, ...options }));
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect(String(error)).toContain('cannot be reached');
    }
    await secure.settled();
  }
});

test('a Unix socket is an address too', async () => {
  const path = join(folder, 'isol8.sock');
  await using local = await startTestServer({ ...NO_POOL, ISOL8_LISTEN: `unix:${path}` });
  for (const address of [`unix:${path}`, `unix://${path}`]) {
    using isol8 = client({ address });
    expect((await isol8.execute(HELLO)).stdout).toBe('hello\n');
  }
  await local.settled();
});

test('the environment says where the server is, and its key', async () => {
  await using server = await startTestServer(NO_POOL);
  const before = { ...process.env };
  Object.assign(process.env, { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY });
  try {
    using isol8 = new Isol8();
    expect(isol8.address).toBe(server.address);
    expect((await isol8.execute(HELLO)).stdout).toBe('hello\n');
  } finally {
    process.env = before;
  }
});
