import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileEvent } from '../../../clients/typescript/src/index.ts';
import { ConfigError } from '../../config.ts';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;

/** Output files of an execution, written below a folder. */
export class ReceivedFiles {
  readonly #folder: string;
  #open: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a piece. Pieces of one file come one after the other. */
  take({ path, mode, chunk, last }: FileEvent): void {
    const file = this.#open ?? this.#create(path, mode);
    this.#open = file;
    writing(join(this.#folder, path), () => writeSync(file, chunk));
    if (!last) return;
    closeSync(file);
    this.#open = undefined;
  }

  /** The name is that of code nobody trusts. */
  #create(path: string, mode: number): number {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new ConfigError(`${path}: leads out of here`);
    const target = join(this.#folder, path);
    return writing(target, () => {
      mkdirSync(dirname(target), { recursive: true });
      return openSync(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode & 0o777);
    });
  }
}

/** @throws ConfigError */
function writing<T>(target: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new ConfigError(`${target}: cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}
