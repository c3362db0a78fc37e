import { existsSync } from 'node:fs';
import { hostProcesses } from '../support/host.ts';

/** Ids of the processes of a uid on this machine, those in containers and zombies included. */
export function processesOf(uid: number): number[] {
  return hostProcesses()
    .filter((one) => one.uid === uid)
    .map(({ pid }) => pid);
}

/** Whether any of these processes is there, a zombie included. */
export function isAnyThere(pids: readonly number[]): boolean {
  return pids.some((pid) => existsSync(`/proc/${pid}`));
}
