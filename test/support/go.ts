import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url);

/**
 * Builds a static program for a Docker of an architecture; what has not changed is taken from Go's cache.
 *
 * @param module the folder of its Go module, from the root of the repository
 * @param pack the package to build, as "./cmd/isol8-guest"
 * @returns the path of the program
 */
export async function buildGo(module: string, pack: string, architecture: string): Promise<string> {
  const binary = fileURLToPath(new URL(`.tools/test/${module.replaceAll('/', '-')}-${architecture}`, root));
  await mkdir(dirname(binary), { recursive: true });
  await promisify(execFile)('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', binary, pack], {
    cwd: fileURLToPath(new URL(module, root)),
    env: { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture },
  });
  return binary;
}
