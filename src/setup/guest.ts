import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestBinaryPath, TOOLS_DIR } from '../engine/guest/binary.ts';
import { CommandError, hasCommand, runCommand } from './command.ts';
import { readFiles } from './context.ts';
import { digestInputs } from './digest.ts';
import { GUEST_DIR } from './paths.ts';
import type { Detail } from './progress.ts';

/** The first Go that fetches by itself the toolchain that a module asks for. */
const OLDEST_GO = '1.21';

/**
 * Builds the guest for a Docker of this architecture, unless its sources are those of the last build.
 *
 * @returns whether it built anything
 * @throws CommandError with one line that says what to install
 */
export async function ensureGuestBinary(architecture: string, detail: Detail): Promise<boolean> {
  const binary = guestBinaryPath(architecture);
  const digest = await sourcesDigest(architecture);
  if (await isMadeFrom(binary, digest)) return false;
  await checkGo();
  await mkdir(TOOLS_DIR, { recursive: true });
  const settings = ['CGO_ENABLED=0', 'GOOS=linux', `GOARCH=${architecture}`, 'GOTOOLCHAIN=auto'];
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];
  const fresh = `${binary}.new`;
  await runCommand('env', [...settings, 'go', 'build', ...flags, '-o', fresh, './cmd/isol8-guest'], {
    cwd: GUEST_DIR,
    onLine: detail,
  });
  await rename(fresh, binary);
  await writeFile(stampOf(binary), digest);
  return true;
}

/** Whether the guest for a Docker of this architecture is built, from the sources of today. */
export async function guestIsCurrent(architecture: string): Promise<boolean> {
  return isMadeFrom(guestBinaryPath(architecture), await sourcesDigest(architecture));
}

/** Where the digest is kept of the sources that a guest was built from. */
function stampOf(binary: string): string {
  return `${binary}.sources`;
}

async function isMadeFrom(binary: string, digest: string): Promise<boolean> {
  return existsSync(binary) && (await readFile(stampOf(binary), 'utf8').catch(() => '')) === digest;
}

async function sourcesDigest(architecture: string): Promise<string> {
  const sources = (await readFiles(GUEST_DIR)).filter(({ name }) => !name.endsWith('_test.go'));
  return digestInputs(sources, { architecture });
}

async function checkGo(): Promise<void> {
  const needed = goVersion(await readFile(join(GUEST_DIR, 'go.mod'), 'utf8'), /^go (\S+)/m);
  const remedy = `install Go ${needed} or newer (from ${OLDEST_GO} on, Go fetches the version that it needs)`;
  if (!(await hasCommand('go'))) throw new CommandError(`Go is missing: ${remedy}`);
  const present = goVersion(await runCommand('go', ['version']), /go(\d\S*)/);
  if (isOlder(present, OLDEST_GO)) throw new CommandError(`Go ${present} is too old: ${remedy}`);
}

function goVersion(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? '0';
}

/** Compares versions such as "1.21" and "1.26.0". */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
