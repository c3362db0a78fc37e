import { cpus, loadavg, release, totalmem } from 'node:os';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { must } from '../support/command.ts';

/** Where figures come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly docker: string;
  readonly cgroup: number;
  readonly node: string;
  /** Of the tree; with "-dirty" when it had changes that are in no commit. */
  readonly commit: string;
  /** Settings of isol8 in the environment, which the server took over. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Describes this machine and this tree.
 *
 * @throws EngineError DOCKER_UNAVAILABLE; Error when Docker is on another machine, whose processes nobody here can see
 */
export async function describeMachine(dockerHost = 'unix:///var/run/docker.sock'): Promise<Machine> {
  if (!dockerHost.startsWith('unix://')) throw new Error('the benchmark needs a Docker on this machine');
  const docker = await connectDocker(dockerHost);
  const processors = cpus();
  const commit = await must('git', 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*').catch(
    () => 'unknown',
  );
  const settings = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith('ISOL8_') && entry[0] !== 'ISOL8_API_KEY',
  );
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryMb: Math.round(totalmem() / 1e6),
    kernel: release(),
    docker: docker.info.serverVersion,
    cgroup: docker.info.cgroupVersion,
    node: process.version,
    commit: commit.trim(),
    settings: Object.fromEntries(settings),
  };
}

/** Processes that wanted to run, on average over 1, 5 and 15 minutes. */
export function load(): readonly number[] {
  return loadavg().map((one) => Math.round(one * 100) / 100);
}
