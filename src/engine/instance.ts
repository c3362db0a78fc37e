import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The id of a data directory, made when it is first used. It labels every container of the server that works there, so
 * that two servers on one Docker never touch each other's.
 */
export async function instanceId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'instance');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    // Fails when it exists: two processes that start at once agree on one.
    await writeFile(file, randomBytes(8).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const id = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{16}$/.test(id)) throw new Error(`${file} does not hold an instance id: remove it`);
  return id;
}
