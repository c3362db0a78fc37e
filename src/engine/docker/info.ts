/** What a Docker daemon says about itself, as far as isol8 acts on it. */
export interface DockerInfo {
  readonly serverVersion: string;
  readonly cgroupVersion: 1 | 2;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** In Docker's words for images: "amd64", "arm64". */
  readonly architecture: string;
  /** Runtime classes by the name that `HostConfig.Runtime` takes, the default one first. */
  readonly runtimeClasses: readonly string[];
  /** Limits and protections that this host cannot enforce: one sentence each, with the remedy. Empty when all is well. */
  readonly missing: readonly string[];
  /** The fields of a policy that this host cannot enforce for that, whatever runs its containers. */
  readonly unenforced: readonly string[];
  /** Whether it can keep containers from swap. */
  readonly limitsSwap: boolean;
}

/** The fields of `GET /info` that are read; a daemon may leave out any. */
interface InfoAnswer {
  readonly ServerVersion?: string;
  readonly CgroupVersion?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly Architecture?: string;
  readonly DefaultRuntime?: string;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly CgroupDriver?: string;
  readonly SecurityOptions?: readonly string[] | null;
}

/** Reads an answer of `GET /info`. What a daemon does not say counts as not there. */
export function readInfo(answer: unknown): DockerInfo {
  const info = (answer ?? {}) as InfoAnswer;
  return {
    serverVersion: info.ServerVersion ?? '',
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    cpus: info.NCPU ?? 1,
    memoryBytes: info.MemTotal ?? 0,
    architecture: imageArchitecture(info.Architecture ?? ''),
    runtimeClasses: runtimeClasses(info),
    ...missingFeatures(info),
  };
}

/** `docker info` names the machine as `uname` does; images, volumes and Go name it otherwise. */
function imageArchitecture(machine: string): string {
  const names: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };
  return names[machine] ?? machine;
}

function runtimeClasses(info: InfoAnswer): string[] {
  const first = info.DefaultRuntime ?? 'runc';
  // "io.containerd.…" are other names of runc.
  const others = Object.keys(info.Runtimes ?? {}).filter(
    (name) => name !== first && !name.startsWith('io.containerd.'),
  );
  return [first, ...others.sort()];
}

function missingFeatures(info: InfoAnswer): Pick<DockerInfo, 'missing' | 'unenforced' | 'limitsSwap'> {
  const options = info.SecurityOptions ?? [];
  const has = (name: string) =>
    options.some((option) => option === `name=${name}` || option.startsWith(`name=${name},`));
  // Without delegated controllers a rootless daemon reports driver "none" and enforces nothing.
  const undelegated = has('rootless') && info.CgroupDriver === 'none';
  const checks: readonly (readonly [boolean | undefined, readonly string[], string])[] = [
    [
      !undelegated,
      ['limits.memory_bytes', 'limits.processes', 'limits.cpu_cores'],
      'This rootless Docker has no cgroup and enforces no limit: delegate the cgroup v2 controllers to its user.',
    ],
    [
      info.MemoryLimit,
      ['limits.memory_bytes'],
      'Docker cannot limit memory here: enable the memory cgroup controller.',
    ],
    // Matters only where there is swap.
    [info.SwapLimit, [], 'Docker cannot limit swap here: boot with "swapaccount=1", or turn swap off.'],
    [info.PidsLimit, ['limits.processes'], 'Docker cannot limit processes here: enable the pids cgroup controller.'],
    [
      info.CpuCfsQuota,
      ['limits.cpu_cores'],
      'Docker cannot limit CPU time here: enable CONFIG_CFS_BANDWIDTH and the cpu cgroup controller.',
    ],
    [
      has('seccomp'),
      ['isolation.seccomp'],
      'Docker cannot filter system calls here: use a kernel and a Docker with seccomp.',
    ],
  ];
  const failed = checks.filter(([there]) => there !== true);
  return {
    missing: failed.map(([, , sentence]) => sentence),
    unenforced: [...new Set(failed.flatMap(([, fields]) => fields))].sort(),
    limitsSwap: info.SwapLimit === true,
  };
}
