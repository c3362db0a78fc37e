import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfigWith } from './config.ts';
import { startIsol8 } from './main.ts';
import { createLog } from './telemetry/log.ts';

/** A whole isol8 in this process that nobody else reaches. Disposing of it ends what runs and leaves nothing. */
export interface LocalServer extends AsyncDisposable {
  /** A socket in a folder that is this user's alone. */
  readonly address: string;
  readonly apiKey: string;
}

/**
 * Starts a server for this process, with its settings (`ISOL8_…`) but for where it listens, its key and its data directory.
 *
 * @param settings more of them, which go first
 * @throws ConfigError, or EngineError when Docker cannot be used
 */
export async function startLocalServer(settings: Readonly<Record<string, string>> = {}): Promise<LocalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'isol8-'));
  try {
    const apiKey = randomBytes(32).toString('hex');
    const config = loadConfigWith({
      // Whoever starts a server wants no log of it on his terminal.
      ISOL8_LOG_LEVEL: 'error',
      ...settings,
      ISOL8_LISTEN: `unix:${join(folder, 'isol8.sock')}`,
      ISOL8_API_KEY: apiKey,
      ISOL8_DATA_DIR: join(folder, 'data'),
      ISOL8_TLS_CERT_FILE: '',
      ISOL8_TLS_KEY_FILE: '',
    });
    const isol8 = await startIsol8(config, createLog(config.logLevel));
    return {
      address: isol8.server.address,
      apiKey,
      async [Symbol.asyncDispose]() {
        await isol8[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}
