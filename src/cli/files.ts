import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** @throws ConfigError */
export function read(file: string): string {
  return readBytes(file).toString();
}

/** @throws ConfigError */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(code === 'ENOENT' ? `${file}: File not found` : `${file}: cannot be read: ${code}`);
  }
}
