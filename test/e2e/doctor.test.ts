import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { VolumeGuestSupply } from '../../src/engine/sandbox/guest-supply.ts';
import { DEFAULT_SECCOMP, type SeccompProfile } from '../../src/engine/sandbox/seccomp.ts';
import { ATTEMPTS } from '../../src/engine/self-test/attempts.ts';
import { startServer } from '../../src/service/server.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { run } from '../support/command.ts';
import { EngineBench } from '../support/engine.ts';
import { TEST_KEY } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const FEW = ['--case', 'user-namespace', 'keyrings', 'mount-tmpfs'];

let dataDir: string;
let server: ServerProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'isol8-doctor-test-'));
  server = await startServerProcess(dataDir);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await rm(dataDir, { recursive: true });
});

const doctor = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, ['bin/isol8.js', 'doctor', ...args], { env: { ISOL8_API_KEY: TEST_KEY, ...env } });

test('prints a table with every attempt refused, beside a server that works in the same data directory', async () => {
  const { code, stdout, stderr } = await doctor([], { ISOL8_DATA_DIR: dataDir });
  expect(stderr).toBe('');
  for (const { name, knownLimit } of ATTEMPTS) {
    const word = knownLimit === undefined ? 'refused' : '(refused|known limit)';
    expect(stdout).toMatch(new RegExp(`^  ${word} +${name} `, 'm'));
  }
  expect(stdout).toMatch(/^docker +\d/m);
  expect(stdout).toMatch(/^python image +\d/m);
  expect(stdout).toMatch(
    /^\d+ attempts: \d+ refused(, \d+ known limits?)?; this host keeps what SECURITY.md promises$/m,
  );
  expect(code).toBe(0);
});

test('asks a server that runs, and prints JSON', async () => {
  const { code, stdout } = await doctor(['--host', server.address, '--json', ...FEW]);
  const { passed, setup, attempts } = JSON.parse(stdout);
  expect(passed).toBe(true);
  expect(setup).toContainEqual({ name: 'isol8', state: 'ok', detail: expect.stringContaining(server.address) });
  expect(attempts).toHaveLength(3);
  expect(attempts[0]).toMatchObject({ name: 'user-namespace', subject: 'namespaces', verdict: 'REFUSED' });
  expect(code).toBe(0);
});

test('ends with 1 and names what is not refused by a profile that allows all', async () => {
  await using bench = await EngineBench.open();
  const log = createLog('silent');
  const binary = guestBinaryPath(bench.docker.info.architecture);
  const guests = await VolumeGuestSupply.open(bench.docker, binary, bench.owner, log);
  const loose = { ...DEFAULT_SECCOMP, defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] } as unknown as SeccompProfile;
  await using engine = bench.engine(guests, undefined, undefined, [], loose);
  const config = loadConfig({ ISOL8_LISTEN: '127.0.0.1:0', ISOL8_API_KEY: TEST_KEY });
  await using loosened = await startServer(config, engine, log);
  const { code, stdout } = await doctor(['--host', loosened.address, ...FEW]);
  expect(stdout).toMatch(/^ {2}NOT REFUSED +keyrings /m);
  expect(stdout).toMatch(/^NOT REFUSED: keyrings keeps a key/m);
  expect(stdout).toContain('this host is not fit to serve');
  expect(code).toBe(1);
});

test('sees what the operator’s own policy file lets through', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isol8-doctor-test-'));
  const all = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] };
  await writeFile(join(folder, 'all.json'), JSON.stringify(all));
  const policy = {
    seccomp_profiles: { loose: 'all.json' },
    profiles: { default: { isolation: { seccomp: 'loose' } } },
  };
  await writeFile(join(folder, 'policy.yaml'), JSON.stringify(policy));
  const env = { ISOL8_DATA_DIR: join(folder, 'data'), ISOL8_POLICY_FILE: join(folder, 'policy.yaml') };
  const { code, stdout } = await doctor(FEW, env);
  await rm(folder, { recursive: true });
  expect(stdout).toMatch(/^ {2}NOT REFUSED +user-namespace /m);
  expect(stdout).toMatch(/^ {2}NOT REFUSED +keyrings /m);
  expect(stdout).toContain('this host is not fit to serve');
  expect(code).toBe(1);
});

describe('what keeps it from trying is one line, and no pass', () => {
  test.each([
    {
      what: 'no Docker',
      args: [],
      env: { DOCKER_HOST: 'unix:///nonexistent.sock' },
      says: /^docker +failed: DOCKER_HOST/m,
    },
    { what: 'no such attempt', args: ['--case', 'nonsense'], env: {}, says: /^isol8: cases\[0\]: is no case/m },
    { what: 'no such profile', args: ['--profile', 'nonsense'], env: {}, says: /^isol8: policy.profile: is no/m },
    { what: 'no server', args: ['--host', '127.0.0.1:1'], env: {}, says: /^isol8: 127.0.0.1:1: UNAVAILABLE/m },
    { what: 'no key', args: ['--host', '127.0.0.1:1'], env: { ISOL8_API_KEY: '' }, says: /^isol8: --key/m },
  ])('$what', async ({ args, env, says }) => {
    const { code, stdout, stderr } = await doctor(args, env as unknown as Record<string, string>);
    expect(stdout + stderr).toMatch(says);
    expect(stdout + stderr).not.toContain('    at ');
    expect(code).toBe(1);
  });

  test('a wrong key', async () => {
    const { code, stderr } = await doctor(['--host', server.address, '--key', 'wrong-key-0123456789']);
    expect(stderr).toMatch(/^isol8: .*UNAUTHENTICATED/m);
    expect(code).toBe(1);
  });
});
