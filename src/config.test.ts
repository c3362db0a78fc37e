import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isol8-config-'));
  writeFileSync(join(folder, 'empty.pem'), '');
  for (const name of ['a', 'b']) {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    execFileSync('openssl', ['req', '-x509', ...curve, '-subj', '/CN=x', ...files], { stdio: 'ignore' });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that an environment is refused with; FOLDER stands for the folder with the files of these tests. */
function problems(environment: Record<string, string>): string[] {
  const placed = Object.entries(environment).map(([name, value]) => [name, value.replace('FOLDER', folder)]);
  try {
    loadConfig(Object.fromEntries(placed));
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.replaceAll(folder, 'FOLDER').split('\n');
  }
}

test('nothing has to be set, and what is blank is not set', () => {
  expect(problems({})).toEqual([]);
  expect(loadConfig({ ISOL8_MAX_QUEUED: '', ISOL8_LISTEN: '' })).toEqual(loadConfig({}));
});

test.each([
  ['ISOL8_MAX_CONCURRENT', 'abc', 'must be a whole number from 1 to 1000, not "abc"'],
  ['ISOL8_MAX_CONCURRENT', '0', 'must be a whole number from 1 to 1000, not "0"'],
  ['ISOL8_MAX_CONCURRENT', '1e2', 'must be a whole number from 1 to 1000, not "1e2"'],
  ['ISOL8_MAX_CONCURRENT', ' ', 'must be a whole number from 1 to 1000, not " "'],
  ['ISOL8_UID_LAST', '70000', 'must be a whole number from 1000 to 65000, not "70000"'],
  ['ISOL8_DRAIN_TIMEOUT', '-1', 'must be a whole number from 0 to 3600, not "-1"'],
  ['ISOL8_ALLOW_PLAINTEXT', 'yes', 'must be one of 0, 1, true, false, not "yes"'],
  ['ISOL8_LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, silent, not "loud"'],
  ['ISOL8_LISTEN', 'nonsense', 'must be host:port or unix:/path, not "nonsense"'],
  ['ISOL8_LISTEN', '50051', 'must be host:port or unix:/path, not "50051"'],
  ['ISOL8_LISTEN', 'localhost:70000', 'must have a port from 0 to 65535, not "localhost:70000"'],
  ['ISOL8_POOL', 'python', 'must be like python=3,node=2, or none, not "python"'],
  ['ISOL8_API_KEY', 'short', 'must have 16 characters at least'],
  ['ISOL8_UID_LAST', '2000', 'must not be below ISOL8_UID_FIRST'],
  ['ISOL8_TLS_CERT_FILE', 'FOLDER/none.pem', 'FOLDER/none.pem cannot be read (ENOENT)'],
  ['ISOL8_TRUST_CA_FILE', 'FOLDER/empty.pem', 'FOLDER/empty.pem holds no PEM certificate'],
  ['ISOL8_TRUST_CA_FILE', 'FOLDER', 'FOLDER cannot be read (EISDIR)'],
])('%s=%s', (name, value, says) => {
  expect(problems({ [name]: value })[0]).toBe(`${name}: ${says}`);
});

test('all that is wrong is told at once, a line each', () => {
  const environment = { ISOL8_MAX_QUEUED: 'x', ISOL8_LISEN: 'y', ISOL8_UID_LAST: '2000', ISOL8_LOG_LEVEL: 'z' };
  const names = problems(environment).map((line) => line.split(':')[0]);
  expect(names.toSorted()).toEqual(Object.keys(environment).toSorted());
});

describe('a variable of ours that is no setting', () => {
  test.each([
    ['ISOL8_LISEN', 'ISOL8_LISTEN'],
    ['ISOL8_APIKEY', 'ISOL8_API_KEY'],
    ['ISOL8_TLS_CERT', 'ISOL8_TLS_CERT_FILE'],
    ['ISOL8_MAX_CONCURENT', 'ISOL8_MAX_CONCURRENT'],
  ])('%s was meant to be %s', (misspelt, meant) => {
    expect(problems({ [misspelt]: 'x' })).toEqual([`${misspelt}: is no setting: did you mean ${meant}?`]);
  });

  test.each(['ISOL8_ADDRESS', 'ISOL8_SERVICE_HOST', 'ISOL8_PORT_50051_TCP', 'ISOL8_PORT', 'DOCKER_CERT_PATH'])(
    '%s is not for the server',
    (name) => expect(problems({ [name]: 'x' })).toEqual([]),
  );
});

test.each([
  [{ CERT: 'a.pem', KEY: 'a.key' }, []],
  [{ CERT: 'a.pem' }, ['ISOL8_TLS_KEY_FILE: must be set where ISOL8_TLS_CERT_FILE is']],
  [{ KEY: 'a.key' }, ['ISOL8_TLS_CERT_FILE: must be set where ISOL8_TLS_KEY_FILE is']],
  [{ CERT: 'a.pem', KEY: 'b.key' }, ['ISOL8_TLS_KEY_FILE: must be the key of the certificate in ISOL8_TLS_CERT_FILE']],
  [
    { CERT: 'empty.pem', KEY: 'empty.pem' },
    [
      'ISOL8_TLS_CERT_FILE: FOLDER/empty.pem holds no PEM certificate',
      'ISOL8_TLS_KEY_FILE: FOLDER/empty.pem holds no PEM private key that needs no passphrase',
    ],
  ],
])('TLS with %j', (files, says) => {
  const named = Object.entries(files).map(([what, name]) => [`ISOL8_TLS_${what}_FILE`, `FOLDER/${name}`]);
  expect(problems(Object.fromEntries(named))).toEqual(says);
});

test('the data directory is absolute, whatever was given', () => {
  expect(loadConfig({ ISOL8_DATA_DIR: 'state' }).dataDir).toBe(join(process.cwd(), 'state'));
});

test('docs/configuration.md has every setting, and no other', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const settings = [...read('config.ts').matchAll(/env: '(\w+)'/g)].map(([, name]) => name);
  const [table = ''] = read('../docs/configuration.md').split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const described = rows.flatMap((row) => [...String(row.split('|')[1]).matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(described.toSorted()).toEqual(settings.toSorted());
});
