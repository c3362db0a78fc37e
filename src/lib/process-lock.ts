import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a file for this process alone. The kernel gives it back when the process ends, however it ends.
 *
 * @returns undefined when another process holds it
 */
export function lockForProcess(path: string): Disposable | undefined {
  // SQLite's lock on a database is the one exclusive file lock that node has.
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

const SQLITE_BUSY = 5;
