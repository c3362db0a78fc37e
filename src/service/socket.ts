import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** The path of a Unix socket's address; undefined for others. */
export function socketPath(address: string): string | undefined {
  return /^unix:(?:\/\/)?(.+)$/.exec(address)?.[1];
}

/**
 * Removes the Unix socket that a server which was killed has left behind. One that somebody listens on stays, and so
 * does everything that is no socket; binding then fails.
 *
 * @param address as in ISOL8_LISTEN
 */
export async function removeStaleSocket(address: string): Promise<void> {
  const path = socketPath(address);
  if (path === undefined) return;
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() && !(await answers(path))) await unlink(path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
