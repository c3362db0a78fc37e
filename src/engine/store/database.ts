import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../../config.ts';

/** What was added to the tables, in its order; the number of steps taken is the file's `user_version`. */
const STEPS = [
  `CREATE TABLE sessions (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    container TEXT NOT NULL,
    key BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT`,
];

/** The file in the data directory that holds what moves. What is fixed lives in Docker's labels. */
const FILE = 'isol8.db';

/**
 * Opens what a server remembers, and makes it when it is first used. Whoever opens it closes it.
 *
 * @param dataDir of the server; ':memory:' for nothing that outlives this process
 * @throws ConfigError when it cannot be read or written, or is of a newer isol8
 */
export function openDatabase(dataDir: string): DatabaseSync {
  const path = dataDir === ':memory:' ? dataDir : join(dataDir, FILE);
  try {
    const database = new DatabaseSync(path);
    // It holds the keys of sessions.
    if (path !== ':memory:') chmodSync(path, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 1000');
    migrate(database);
    return database;
  } catch (error) {
    throw new ConfigError(`ISOL8_DATA_DIR: ${path} cannot be used: ${(error as Error).message}`);
  }
}

function migrate(database: DatabaseSync): void {
  const done = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (done > STEPS.length) throw new Error('a newer isol8 has written it: use that one, or another directory');
  for (const [i, step] of STEPS.entries()) {
    if (i >= done) database.exec(`BEGIN; ${step}; PRAGMA user_version = ${i + 1}; COMMIT`);
  }
}
