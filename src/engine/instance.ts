import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config.ts';
import { lockForProcess } from '../lib/process-lock.ts';

const REMEDY = 'choose a directory that this user can write';

/**
 * The id of a data directory, made when it is first used. It labels every container of the server that works there, so
 * that two servers on one Docker never touch each other's.
 *
 * @throws ConfigError when the directory cannot be made or written
 */
export async function instanceId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'instance');
  const id = await makeInstance(dataDir, file).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`ISOL8_DATA_DIR: ${dataDir} cannot be made or written (${error.code}): ${REMEDY}`);
  });
  if (/^[0-9a-f]{16}$/.test(id)) return id;
  throw new ConfigError(`ISOL8_DATA_DIR: ${file} does not hold an instance id: remove it`);
}

async function makeInstance(dataDir: string, file: string): Promise<string> {
  await makeDirectory(dataDir);
  try {
    // Fails when it exists: two processes that start at once agree on one.
    await writeFile(file, randomBytes(8).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}

/** With its parents. Not `recursive`, which tries for ever where a parent is there and takes nothing, as /proc does. */
async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await make();
  }
}

/**
 * Keeps the data directory for this process: two servers with one id would remove each other's sandboxes.
 *
 * @throws ConfigError when another server works in it
 */
export function lockDataDir(dataDir: string): Disposable {
  let lock: Disposable | undefined;
  try {
    lock = lockForProcess(join(dataDir, 'lock'));
  } catch (error) {
    throw new ConfigError(`ISOL8_DATA_DIR: ${dataDir} cannot be locked (${(error as Error).message}): ${REMEDY}`);
  }
  if (lock !== undefined) return lock;
  throw new ConfigError(
    `ISOL8_DATA_DIR: another isol8 works in ${dataDir}: stop it, or give this one a directory and an ISOL8_LISTEN of its own`,
  );
}
