import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refuse } from './convert/value.ts';
import type { SessionFiles } from './files.ts';
import type { CallOptions } from './options.ts';

/** What came of copying a directory. Paths are relative to it. */
export interface Copied {
  /** Regular files. */
  readonly files: readonly string[];
  /** Neither files nor directories: links, sockets, devices. They were not copied. */
  readonly leftOut: readonly string[];
}

/** Writes a directory of this machine into one of a session. */
export async function uploadDirectory(
  files: SessionFiles,
  from: string,
  to: string,
  options: CallOptions,
): Promise<Copied> {
  const copied: string[] = [];
  const leftOut: string[] = [];
  await files.mkdir(to === '' ? '.' : to, options);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const local = join(entry.parentPath, entry.name);
    const path = local.slice(join(from, sep).length).split(sep).join('/');
    const target = posix.join(to, path);
    if (entry.isDirectory()) {
      await files.mkdir(target, { ...options, mode: (await stat(local)).mode & 0o777 });
    } else if (entry.isFile()) {
      await files.write(target, createReadStream(local), { ...options, mode: (await stat(local)).mode & 0o777 });
      copied.push(path);
    } else {
      leftOut.push(path);
    }
  }
  return { files: copied.sort(), leftOut: leftOut.sort() };
}

/**
 * Writes a directory of a session into one of this machine. What a sandbox says is not believed: nothing is written
 * outside of the directory, and no link is made or followed, which is why it has to be empty.
 */
export async function downloadDirectory(
  files: SessionFiles,
  from: string,
  to: string,
  options: CallOptions,
): Promise<Copied> {
  await mkdir(to, { recursive: true });
  if ((await readdir(to)).length > 0) refuse('to', `${to} must be a new or an empty directory`);
  const copied: string[] = [];
  const leftOut: string[] = [];
  for await (const { path, type, mode } of files.list(from, { ...options, recursive: true })) {
    const name = posix.relative(inSandbox(from), inSandbox(path));
    const local = resolve(to, ...name.split('/'));
    const inside = local.startsWith(resolve(to) + sep);
    if (type === 'DIRECTORY' && inside) {
      await mkdir(local, { recursive: true });
    } else if (type === 'REGULAR' && inside) {
      await mkdir(dirname(local), { recursive: true });
      // `wx`: never through something that is there.
      await pipeline(files.stream(path, options), createWriteStream(local, { flags: 'wx' }));
      await chmod(local, mode & 0o777);
      copied.push(name);
    } else {
      leftOut.push(name);
    }
  }
  return { files: copied.sort(), leftOut: leftOut.sort() };
}

function inSandbox(path: string): string {
  return posix.resolve('/sandbox', path);
}
