import { readFile, rm } from 'node:fs/promises';

/**
 * Removes a pid file whose process is gone or is now another program. A daemon that was killed leaves it behind, and would
 * not start again as soon as something else has its number.
 *
 * @param program as /proc/<pid>/comm has it
 */
export async function removeStalePidFile(path: string, program: string): Promise<void> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (comm.trim() !== program) await rm(path, { force: true });
}
