import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import type { DigestFile } from './digest.ts';

/** A file of a build's context. */
export type ContextFile = DigestFile;

/** Every file below a directory, by its path there. Permissions are 0755 or 0644, whatever the umask made of them. */
export async function readFiles(directory: string): Promise<ContextFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => readContextFile(join(entry.parentPath, entry.name), directory)),
  );
}

/** One file, under its path relative to `directory`. */
export async function readContextFile(path: string, directory: string): Promise<ContextFile> {
  const { mode } = await stat(path);
  return {
    name: relative(directory, path),
    content: await readFile(path),
    mode: (mode & 0o111) === 0 ? 0o644 : 0o755,
  };
}

/**
 * A tar of the files for Docker to build from.
 *
 * @param more adds further entries, such as those of a package, while Docker reads
 */
export function packContext(files: readonly ContextFile[], more?: (context: Pack) => Promise<void>): Readable {
  const context = pack();
  for (const { name, content, mode } of files) {
    context.entry({ name, mode, mtime: new Date(0) }, typeof content === 'string' ? content : Buffer.from(content));
  }
  Promise.resolve(more?.(context)).then(
    () => context.finalize(),
    (error: Error) => context.destroy(error),
  );
  return Readable.from(context, { objectMode: false });
}
