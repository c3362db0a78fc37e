import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDocker, type DockerConnection } from '../../../src/engine/docker/connect.ts';
import { ATTEMPTS } from '../../../src/engine/self-test/attempts.ts';
import { HostFacts } from '../../../src/engine/self-test/host-facts.ts';
import { wholeProgram } from '../../../src/engine/self-test/prelude.ts';
import { runUnprotected, startUnprotected, type Unprotected, untilHolding } from '../../support/unprotected.ts';

/** Nothing that Docker or isol8 does to protect the host; network and processes stay the container's own. */
const OPEN: Unprotected = {
  host: {
    // As --privileged, which hosts refuse that lack a capability themselves.
    CapAdd: [
      ['AUDIT_CONTROL', 'DAC_READ_SEARCH', 'IPC_LOCK', 'IPC_OWNER', 'LEASE', 'NET_ADMIN', 'SYSLOG', 'SYS_ADMIN'],
      ['SYS_BOOT', 'SYS_MODULE', 'SYS_NICE', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_TIME'],
    ].flat(),
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
    DeviceCgroupRules: ['a *:* rwm'],
    Devices: [{ PathOnHost: '/dev/loop-control', PathInContainer: '/dev/loop-control', CgroupPermissions: 'rwm' }],
  },
};

/** What Docker mounts read-only. */
const SYS_WRITABLE = `
import ctypes
for path in (b'/sys', *(line.split()[1].encode() for line in open('/proc/self/mounts') if line.split()[1].startswith('/sys/fs/cgroup'))):
    ctypes.CDLL(None).mount(b'none', path, None, 32, None)
`;

interface Place {
  readonly place: string;
  readonly container: Unprotected;
  readonly before?: string;
  readonly attempts: readonly string[];
}

/** Where attempts work, so that their refusal in a sandbox says something. */
const PLACES: readonly Place[] = [
  {
    place: 'a container without protection',
    container: OPEN,
    before: SYS_WRITABLE,
    attempts: [
      ['user-namespace', 'user-namespace-by-clone', 'user-namespace-by-clone3', 'other-namespaces'],
      ['mount-tmpfs', 'bind-mount', 'fresh-proc', 'new-mount-calls', 'change-root'],
      ['core-pattern', 'kernel-settings', 'sys-files', 'hidden-files', 'kernel-log', 'audit-login'],
      ['cgroup-files', 'cgroup-mount', 'host-devices', 'device-nodes'],
      ['set-user-id', 'capabilities', 'filter-removed', 'foreign-instructions'],
      ['keyrings', 'io-uring', 'kernel-aio', 'bpf', 'performance-counters', 'user-fault-handling', 'file-watching'],
      ['host-control', 'files-by-handle', 'page-zero'],
      ['raw-sockets', 'packet-sockets', 'other-socket-families', 'interfaces'],
      ['read-only-root', 'existing-files', 'namespaces-of-the-guest', 'limit-guest'],
    ].flat(),
  },
  {
    place: 'a container with a read-only root that may mount',
    container: { host: { ...OPEN.host, ReadonlyRootfs: true } },
    attempts: ['remount-root'],
  },
  {
    place: 'a container that may mount, and hides things',
    container: { host: { CapAdd: ['SYS_ADMIN'], SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'] } },
    attempts: ['unmask-proc'],
  },
  {
    place: 'a container whose PID 1 is of the same user',
    container: { host: { SecurityOpt: ['seccomp=unconfined'] }, user: '1000:1000' },
    attempts: ['trace-guest', 'guest-memory', 'guest-descriptors', 'guest-secrets', 'signal-guest', 'limit-guest'],
  },
  {
    place: 'a container with the network and the processes of its host',
    // Another user than that of the host's processes, which are told from its own by that.
    container: { host: { NetworkMode: 'host', PidMode: 'host', CapDrop: ['ALL'] }, user: '1000:1000' },
    attempts: ['host-loopback', 'host-abstract-socket', 'interfaces', 'host-processes'],
  },
];

let docker: DockerConnection;
let host: HostFacts;
const dockerHost = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
beforeAll(async () => {
  docker = await connectDocker(dockerHost);
  host = await HostFacts.open(dockerHost);
});
afterAll(() => host[Symbol.asyncDispose]());

const programOf = (name: string) => {
  const attempt = ATTEMPTS.find((one) => one.name === name);
  if (attempt === undefined) throw new Error(`there is no attempt ${name}`);
  return attempt;
};

/** What a program says that it could do. */
function reached(output: string): string[] {
  const report = output.split('\n').findLast((line) => line.startsWith('{"reached"'));
  if (report === undefined) throw new Error(`no report: ${output.slice(-1000)}`);
  return (JSON.parse(report) as { reached: string[] }).reached;
}

describe.each(PLACES)('in $place', ({ container, attempts, before = '' }) => {
  test.each(attempts)('%s has an effect', async (name) => {
    const program = wholeProgram(programOf(name).program, host.facts);
    expect(reached(await runUnprotected(docker, container, [before, program]))).not.toEqual([]);
  });
});

test('a socket of Docker that is there is found', async () => {
  const socket = dockerHost.replace('unix://', '');
  const container = { host: { Binds: [`${socket}:/tmp/renamed.sock`] } };
  const program = wholeProgram(programOf('docker-socket').program, host.facts);
  expect(reached(await runUnprotected(docker, container, [program]))).toContain('/tmp/renamed.sock: connected');
});

test('a variable of the server that is there is found', async () => {
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  const program = wholeProgram(programOf('server-environment').program, host.facts);
  const output = await runUnprotected(docker, { host: {}, env: environment }, [program]);
  expect(reached(output)).not.toEqual([]);
});

test('what a program leaves is found by the next in the same container', async () => {
  const { first, program } = programOf('leftovers');
  const programs = [first?.program ?? '', program].map((code) => wholeProgram(code, host.facts));
  const found = (await reached(await runUnprotected(docker, { host: {} }, programs))).join('\n');
  for (const what of ['/tmp:', '/dev/shm:', 'the queue', 'the shared memory', 'the message queue', 'the semaphore']) {
    expect(found).toContain(what);
  }
  expect(found).toContain('the process');
});

// What the kernel counts for each user: neighbours of one uid take it from each other.
test.each(['exhausted-inotify', 'exhausted-pipes', 'exhausted-signals'])('%s is felt by the same uid', async (name) => {
  const { first, program } = programOf(name);
  const container = { host: { Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 1024 }] }, user: '61234:61234' };
  await using holder = await startUnprotected(docker, container, [wholeProgram(first?.program ?? '', host.facts)]);
  await untilHolding(holder);
  expect(reached(await runUnprotected(docker, container, [wholeProgram(program, host.facts)]))).not.toEqual([]);
});
