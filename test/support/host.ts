import { readdirSync, readFileSync } from 'node:fs';

/** A process of the Docker host, as /proc has it. */
export interface HostProcess {
  readonly pid: number;
  readonly uid: number;
  readonly command: string;
}

/** Every process of this machine, those in containers included, if this is the Docker host. */
export function hostProcesses(): HostProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(pid), uid: Number(statusOf(Number(pid))['Uid']?.split('\t')[0]), command }];
      } catch {
        // It has ended since the directory was read.
        return [];
      }
    });
}

/** The fields of /proc/<pid>/status. */
export function statusOf(pid: number): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0], line.slice(line.indexOf(':') + 1).trim()]));
}

/** Settings that give a server uids which no other server on this Docker has, so that the host's processes tell whose they are. */
export function ownUids(): { ISOL8_UID_FIRST: string; ISOL8_UID_LAST: string } {
  const first = 42_000 + 100 * Math.floor(Math.random() * 200);
  return { ISOL8_UID_FIRST: String(first), ISOL8_UID_LAST: String(first + 99) };
}
