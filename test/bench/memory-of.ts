import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { statusOf } from '../support/host.ts';

/** Memory of a process, in MB of a million bytes. */
export interface ProcessMemory {
  /** Resident: with every page that it shares with others. */
  readonly rss: number;
  /** Proportional: of a page that n processes have, the nth part. */
  readonly pss: number;
  /** The most that was ever resident. */
  readonly peak: number;
}

/** Reads the memory of a process; it takes root where the process is another user's. */
export function memoryOf(pid: number): ProcessMemory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string) => inMegabytes(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]);
  return { rss: field('Rss'), pss: field('Pss'), peak: inMegabytes(statusOf(pid)['VmHWM']) };
}

/** Memory of a container, PSS in MB: its shim, its first process, and everything else in it. */
export interface ContainerMemory {
  readonly shim: number;
  readonly guest: number;
  readonly others: number;
}

/** @param pid of the container's first process, on the host */
export function memoryOfContainer(pid: number): ContainerMemory {
  const space = readlinkSync(`/proc/${pid}/ns/pid`);
  const inside = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && spaceOf(name) === space);
  const others = inside.filter((name) => Number(name) !== pid).map((name) => memoryOf(Number(name)).pss);
  return {
    shim: memoryOf(Number(statusOf(pid)['PPid'])).pss,
    guest: memoryOf(pid).pss,
    others: others.reduce((sum, pss) => sum + pss, 0),
  };
}

function spaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It has ended, or is a thread of the kernel.
    return undefined;
  }
}

function inMegabytes(kibibytes: string | undefined): number {
  return (Number.parseInt(kibibytes ?? '', 10) * 1024) / 1e6;
}
