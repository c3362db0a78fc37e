import {
  BYTES_PER_INODE,
  GUEST_MEMORY_BYTES,
  GUEST_TASKS,
  INODE_BYTES,
  MIN_OPEN_FILES_LIMIT,
  SHM_BYTES,
} from '../constants.ts';
import type { EffectivePolicy, Limits } from '../types.ts';
import { LABELS, type Owner, ownerLabels } from './labels.ts';
import type { SeccompProfile } from './seccomp.ts';

/** Where the guest's volume is mounted, and the guest in it. */
export const GUEST_MOUNT = '/.isol8';

/** The program that is PID 1 of every sandbox. */
export const GUEST_PROGRAM = `${GUEST_MOUNT}/isol8-guest`;

/** Whoever brings a later link into a sandbox: no user that code can signal or trace, and none that it can be. */
export const LINK_USER = '999:999';

/** Where the guest keeps what code may read and not write. */
export const GUEST_RUN_DIR = '/run/isol8';

/** What a container is made from, beside the policy. */
export interface SandboxInputs {
  /** Image id, not a tag, which could move. */
  readonly image: string;
  readonly runtime: string;
  /** What `policy.seccomp` names. */
  readonly seccomp: SeccompProfile;
  /** The code's uid and gid. */
  readonly uid: number;
  /** The volume with the guest. */
  readonly guestVolume: string;
  /** Whoever makes it. */
  readonly owner: Owner;
}

const READ_ONLY_TMPFS_BYTES = 2 * 1024 * 1024;

/**
 * Docker's create options of a sandbox: a pure function of policy and inputs. `docker inspect` of a running
 * sandbox equals it (test/integration/spec.test.ts).
 */
export function containerSpec(policy: EffectivePolicy, inputs: SandboxInputs) {
  const { limits } = policy;
  const openFiles = openFilesLimit(limits);
  return {
    Image: inputs.image,
    Entrypoint: [GUEST_PROGRAM, 'serve'],
    Cmd: [] as string[],
    // The guest is deaf to all others; a daemon that stops would wait ten seconds for each sandbox.
    StopSignal: 'SIGKILL',
    User: '0:0',
    WorkingDir: '/',
    Hostname: 'sandbox',
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // Docker closes the guest's standard input when the link is cut: the guest then ends, and AutoRemove removes.
    StdinOnce: true,
    Tty: false,
    Labels: {
      ...ownerLabels(inputs.owner),
      [LABELS.runtime]: inputs.runtime,
      [LABELS.uid]: String(inputs.uid),
      [LABELS.purpose]: 'sandbox',
    },
    // An image's own health check would run as root in the sandbox.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      AutoRemove: true,
      ...(policy.runtimeClass === undefined ? {} : { Runtime: policy.runtimeClass }),
      NetworkMode: 'none',
      // No resolver of the host; the guest answers here when a policy allows names.
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      DnsOptions: ['timeout:1', 'attempts:1'],
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['SETUID', 'SETGID', 'KILL'],
      SecurityOpt: ['no-new-privileges:true', `seccomp=${JSON.stringify(inputs.seccomp)}`],
      IpcMode: 'private',
      ShmSize: SHM_BYTES,
      // Bounds System V shared memory, which has no size of its own, in pages.
      Sysctls: { 'kernel.shmall': String(SHM_BYTES / 4096) },
      Tmpfs: {
        '/sandbox': tmpfs(limits.workspaceBytes, { mode: '0700', uid: inputs.uid, exec: true }),
        '/tmp': tmpfs(limits.tmpBytes, { mode: '1777', exec: true }),
        [GUEST_RUN_DIR]: tmpfs(READ_ONLY_TMPFS_BYTES, { mode: '0755', exec: false }),
      },
      // NoCopy: an image with a /.isol8 of its own must not fill the volume for everybody.
      Mounts: [
        {
          Type: 'volume' as const,
          Source: inputs.guestVolume,
          Target: GUEST_MOUNT,
          ReadOnly: true,
          VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
        },
      ],
      ...liveLimits(policy),
      Ulimits: [
        { Name: 'nofile', Soft: openFiles, Hard: openFiles },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

/** The part of a spec that Docker can change while the container runs. */
export function liveLimits(policy: EffectivePolicy) {
  const memory = containerMemoryBytes(policy);
  return {
    Memory: memory,
    // Without swap; Docker refuses a change of one without the other.
    MemorySwap: memory,
    NanoCpus: Math.round(policy.limits.cpuCores * 1e9),
    PidsLimit: policy.limits.processes + GUEST_TASKS,
  };
}

/** The container's limit of open files. The guest has it; the code has its own below it. */
export function openFilesLimit(limits: Limits): number {
  return Math.max(limits.openFiles, MIN_OPEN_FILES_LIMIT);
}

/**
 * The cgroup's memory limit: what the program may have, and beside it everything that files in memory can fill, so
 * that a full disk is ENOSPC and never a kill. The guest holds the program itself to `memoryBytes`.
 */
export function containerMemoryBytes({ limits }: EffectivePolicy): number {
  const files = [limits.workspaceBytes, limits.tmpBytes, SHM_BYTES, SHM_BYTES, READ_ONLY_TMPFS_BYTES];
  const inodes = [limits.workspaceBytes, limits.tmpBytes].map((bytes) => inodesFor(bytes) * INODE_BYTES);
  const page = 4096;
  const sum = [limits.memoryBytes, GUEST_MEMORY_BYTES, ...files, ...inodes].reduce((a, b) => a + b);
  return Math.ceil(sum / page) * page;
}

function inodesFor(bytes: number): number {
  return Math.max(1024, Math.ceil(bytes / BYTES_PER_INODE));
}

function tmpfs(bytes: number, how: { mode: string; uid?: number; exec: boolean }): string {
  const owner = how.uid === undefined ? [] : [`uid=${how.uid}`, `gid=${how.uid}`];
  return [
    'rw',
    how.exec ? 'exec' : 'noexec',
    'nosuid',
    'nodev',
    `size=${bytes}`,
    `nr_inodes=${inodesFor(bytes)}`,
    `mode=${how.mode}`,
    ...owner,
  ].join(',');
}
