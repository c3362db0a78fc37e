import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { resolvePolicy } from '../../src/engine/policy/resolve.ts';
import { platformRules } from '../../src/engine/policy/rules.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { DEFAULT_SECCOMP } from '../../src/engine/sandbox/seccomp.ts';
import { containerSpec } from '../../src/engine/sandbox/spec.ts';
import { hostProcesses, statusOf } from '../support/host.ts';
import { untilReady } from '../support/program.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const MIB = 1024 * 1024;
const LIMITS = {
  memoryBytes: 200 * MIB,
  cpuCores: 0.5,
  processes: 50,
  workspaceBytes: 64 * MIB,
  tmpBytes: 32 * MIB,
  openFiles: 500,
};
const CANARY = 'canary-of-the-server-27182818';
/** Bits 5, 6 and 7: KILL, SETGID, SETUID. */
const GUEST_CAPABILITIES = '00000000000000e0';
const NONE = '0000000000000000';
/** What Docker fills in by itself; everything else that the spec does not name must be empty. */
const ENGINES_OWN = ['CgroupnsMode', 'Isolation', 'MaskedPaths', 'ReadonlyPaths', 'RestartPolicy', 'Runtime'];
/** The base, the certificates', and those of bash. */
const VARIABLES = [
  ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TMPDIR', 'PWD', 'OLDPWD', 'SHLVL', '_'],
  ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT', 'GIT_SSL_CAINFO'],
  ['DENO_CERT'],
].flat();

/** A sandbox that runs, from the outside. */
type Running = Awaited<ReturnType<typeof begin>>;

let server: TestServer;
let sandboxes: [Running, Running];
beforeAll(async () => {
  process.env['ISOL8_TEST_CANARY'] = CANARY;
  server = await startTestServer();
  sandboxes = await Promise.all([begin(), begin()]);
});
afterAll(async () => {
  delete process.env['ISOL8_TEST_CANARY'];
  for (const { program } of sandboxes) {
    await server.client.isol8.cancelExecution({ execution: { case: 'executionId', value: program.id } });
    await program.finished();
  }
  await server[Symbol.asyncDispose]();
});

const { memoryBytes, workspaceBytes, tmpBytes } = LIMITS;
const limits = {
  ...LIMITS,
  memoryBytes: BigInt(memoryBytes),
  workspaceBytes: BigInt(workspaceBytes),
  tmpBytes: BigInt(tmpBytes),
};

async function begin() {
  const program = await untilReady(server.client, {
    runtime: 'bash',
    source: { case: 'command', value: 'echo "ready $(id -u)"; exec sleep 31415926' },
    policy: { limits },
  });
  const all = await listContainers(server.docker, `${LABELS.uid}=${program.uid}`);
  const inspect = await server.docker.client.getContainer(all[0]?.id ?? '').inspect();
  // The code, on the host, once bash has become what it runs.
  const pid = await vi.waitFor(
    () => {
      const found = hostProcesses().find(({ uid, command }) => uid === program.uid && command === 'sleep 31415926');
      if (found === undefined) throw new Error('the program is not seen on this machine: is it the Docker host?');
      return found.pid;
    },
    { timeout: 10_000 },
  );
  return { program, inspect, pid };
}

async function ask(command: string): Promise<string> {
  const source = { case: 'command' as const, value: command };
  return (await server.client.isol8.execute({ runtime: 'bash', source, policy: { limits } })).stdout;
}

const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);

test('docker inspect is the spec', () => {
  for (const { program, inspect } of sandboxes) {
    const policy = resolvePolicy({ limits: LIMITS }, platformRules(server.docker.info), 0);
    const guestVolume = inspect.Mounts.find(({ Destination: at }) => at === '/.isol8')?.Name ?? '';
    const owner = { instance: server.instance, process: inspect.Config.Labels[LABELS.process] ?? '' };
    const inputs = {
      image: inspect.Image,
      runtime: 'bash',
      seccomp: DEFAULT_SECCOMP,
      uid: program.uid,
      guestVolume,
      owner,
    };
    const { HostConfig: host, Labels: labels, ...config } = containerSpec(policy, inputs);

    expect(inspect.Config).toMatchObject(config);
    expect(inspect.Config.Labels).toMatchObject(labels);
    const given = inspect.HostConfig as unknown as Record<string, unknown>;
    const ours = Object.keys(host);
    expect(normal(Object.fromEntries(ours.map((name) => [name, given[name]])))).toEqual(normal(host));
    const rest = Object.entries(given).filter(([name]) => !ours.includes(name) && !ENGINES_OWN.includes(name));
    expect(rest.filter(([, value]) => !isEmpty(value))).toEqual([]);
    expect(given['MaskedPaths']).toContain('/proc/kcore');
    expect(inspect.Mounts.map(({ Destination: at, RW: writable }) => [at, writable])).toEqual([['/.isol8', false]]);
    expect(Object.keys(inspect.NetworkSettings.Networks)).toEqual(['none']);
  }
});

/** Without what is empty, which Docker leaves out of what it was given, and the prefix that newer Engines write. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"CAP_', '"'), (_, one) => (isEmpty(one) ? undefined : one));
}

/** What Docker writes for what was not asked for. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === null || value === '' || value === 0 || value === false;
}

describe('in the kernel’s words', () => {
  test('the guest has three capabilities and is root', () => {
    for (const { inspect } of sandboxes) {
      expect(statusOf(inspect.State.Pid)).toMatchObject({
        Uid: '0\t0\t0\t0',
        CapPrm: GUEST_CAPABILITIES,
        CapEff: GUEST_CAPABILITIES,
        CapBnd: GUEST_CAPABILITIES,
        CapAmb: NONE,
        NoNewPrivs: '1',
        Seccomp: '2',
      });
      expect(environmentOf(inspect.State.Pid).join('\n')).not.toContain(CANARY);
    }
  });

  test('code has a uid of its own, no capability, no ignored signal, three descriptors and nice 10', () => {
    expect(sandboxes[0].program.uid).not.toBe(sandboxes[1].program.uid);
    for (const { program, pid } of sandboxes) {
      const { uid } = program;
      expect(uid).toBeGreaterThanOrEqual(30_000);
      expect(uid).toBeLessThanOrEqual(31_023);
      const same = [uid, uid, uid, uid].join('\t');
      expect(statusOf(pid)).toMatchObject({
        Uid: same,
        Gid: same,
        Groups: String(uid),
        CapInh: NONE,
        CapPrm: NONE,
        CapEff: NONE,
        CapAmb: NONE,
        NoNewPrivs: '1',
        Seccomp: '2',
        SigIgn: NONE,
        SigBlk: NONE,
      });
      expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(['0', '1', '2']);
      // Behind the name in parentheses: state is the first field, nice the 17th.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      expect(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]).toBe('10');
    }
  });

  test('code has nothing of the server’s environment', () => {
    const environment = environmentOf(sandboxes[0].pid);
    expect(environment.join('\n')).not.toContain(CANARY);
    expect(
      environment.map((entry) => entry.split('=', 1)[0]).filter((name) => !VARIABLES.includes(name ?? '')),
    ).toEqual([]);
  });
});

describe('what code finds', () => {
  test('nothing of its guest can be read, written or signalled', async () => {
    const looks = ['ls /proc/1/fd', 'cat /proc/1/environ', 'head -c1 /proc/1/mem', 'cat /proc/1/maps', 'kill -0 1'];
    const more = ['readlink /proc/1/exe', 'true > /proc/1/oom_score_adj', 'cat /.isol8/isol8-guest', 'true > /x'];
    const all = [...looks, ...more];
    expect(await ask(`${all.map((look) => `(${look}) >/dev/null 2>&1 && echo '${look}'`).join('\n')}\necho end`)).toBe(
      'end\n',
    );
  });

  test('no resolver of the host, and no interface but the loopback', async () => {
    const lines = (await ask('cat /etc/resolv.conf; sed -n "3,\\$s/:.*//p" /proc/net/dev | tr -d " "'))
      .trim()
      .split('\n');
    expect(lines.sort()).toEqual(['lo', 'nameserver 127.0.0.1', 'options timeout:1 attempts:1']);
  });

  test('disks and files as large and as many as asked for', async () => {
    const sizes = await ask(
      'df -B1 --output=size /sandbox /tmp /dev/shm | tail -n +2; ulimit -n; ulimit -c; ulimit -u',
    );
    const shm = sandboxes[0].inspect.HostConfig.ShmSize;
    const { openFiles, processes } = LIMITS;
    expect(sizes.trim().split(/\s+/).map(Number)).toEqual([workspaceBytes, tmpBytes, shm, openFiles, 0, processes]);
  });
});
