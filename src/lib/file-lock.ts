import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a lock that somebody else holds is looked at, in milliseconds. */
const POLL_MS = 250;

/**
 * Waits until this process alone holds `path`, a file with the holder's process id. The lock of a process that is
 * gone is taken over. Give it back by disposing of it.
 *
 * @param onWait called once when another process holds it, with its id
 */
export async function lockFile(path: string, onWait: (pid: number) => void = () => {}): Promise<AsyncDisposable> {
  let told = false;
  for (;;) {
    const handle = await create(path);
    if (handle !== undefined) {
      await handle.writeFile(String(process.pid));
      await handle.close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    }
    const holder = await readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      await rm(path, { force: true });
      continue;
    }
    if (holder !== undefined && !told) {
      onWait(holder);
      told = true;
    }
    await delay(POLL_MS);
  }
}

async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Undefined while the holder has not written its id yet, or has just given the lock back. */
async function readHolder(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
