import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Pack } from 'tar-stream';
import { runCommand } from './command.ts';
import type { PackagePin } from './pins.ts';

/** A package of the npm registry on this machine's disk. Disposing of it removes it. */
export interface FetchedPackage extends AsyncDisposable {
  readonly pin: PackagePin;
  /** The .tgz file. */
  readonly archive: string;
}

/**
 * Fetches a package with npm, which knows its registry, and checks it against the pinned integrity.
 *
 * @param caFile certificates to trust; '' for npm's own
 */
export async function fetchPackage(pin: PackagePin, caFile: string): Promise<FetchedPackage> {
  const directory = await mkdtemp(join(tmpdir(), 'isol8-npm-'));
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    const trust = caFile === '' ? [] : ['--cafile', caFile];
    const name = `${pin.name}@${pin.version}`;
    const answer = await runCommand('npm', ['pack', '--json', '--pack-destination', directory, ...trust, name]);
    const [packed] = [JSON.parse(answer)].flat() as { filename: string; integrity: string }[];
    if (packed?.integrity !== pin.integrity) {
      throw new Error(`${name} is not the pinned package: its integrity is ${packed?.integrity}, not ${pin.integrity}`);
    }
    return { pin, archive: join(directory, packed.filename), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Copies the pinned files of a package, and the links to them, into a build's context below `rootfs/`. */
export async function addPackage(context: Pack, fetched: FetchedPackage): Promise<void> {
  const entries = extract();
  const reading = pipeline(createReadStream(fetched.archive), createGunzip(), entries);
  for await (const entry of entries) {
    const target = entry.header.type === 'file' ? targetOf(entry.header.name, fetched.pin) : undefined;
    if (target === undefined) {
      entry.resume();
      continue;
    }
    const { size, mode = 0o644, mtime } = entry.header;
    const permissions = (mode & 0o111) === 0 ? 0o644 : 0o755;
    await pipeline(
      entry,
      context.entry({
        name: `rootfs/${target}`,
        mode: permissions,
        ...(size !== undefined && { size }),
        ...(mtime && { mtime }),
      }),
    );
  }
  await reading;
  for (const [name, linkname] of Object.entries(fetched.pin.links)) {
    context.entry({ name: `rootfs/${name}`, type: 'symlink', linkname });
  }
}

/** Where a file of the archive goes; undefined when it is not wanted. Every path of an npm archive begins with a folder. */
function targetOf(path: string, pin: PackagePin): string | undefined {
  const inside = path.slice(path.indexOf('/') + 1);
  for (const [from, to] of Object.entries(pin.files)) {
    if (from === inside) return to;
    if (from === '') return `${to}${inside}`;
  }
  return undefined;
}
