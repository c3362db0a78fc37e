import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, ROOT, run } from '../support/command.ts';

/** A Python with nothing but the client in it. */
export interface PythonEnvironment {
  readonly python: string;
  /** `3.9` */
  readonly version: string;
}

/**
 * The wheel in the oldest Python of this machine that the client is for, with the oldest packages that it says it takes;
 * and the sdist in the newest, with the newest.
 */
export async function installClient(
  folder: string,
): Promise<{ readonly oldest: PythonEnvironment; readonly newest: PythonEnvironment }> {
  await must('make', '--silent', 'venv');
  const dist = join(folder, 'dist');
  await must('.venv/bin/python', '-m', 'build', '--no-isolation', '--outdir', dist, 'clients/python');
  const built = await readdir(dist);
  const pythons = await findPythons();
  const [first, last] = [pythons[0], pythons.at(-1)];
  if (first === undefined || last === undefined) throw new Error('this machine has no Python from 3.9 on');
  return {
    oldest: await install(join(folder, 'oldest'), first, [
      join(dist, named(built, '.whl')),
      ...(await leastPackages()),
    ]),
    newest: await install(join(folder, 'newest'), last, [join(dist, named(built, '.tar.gz'))]),
  };
}

function named(built: readonly string[], ending: string): string {
  const found = built.find((name) => name.endsWith(ending));
  if (found === undefined) throw new Error(`no ${ending} was built: ${built.join(', ')}`);
  return found;
}

/** `"grpcio>=1.74,<2"` as `grpcio==1.74`. */
async function leastPackages(): Promise<string[]> {
  const project = await readFile(join(ROOT, 'clients/python/pyproject.toml'), 'utf8');
  const dependencies = /^dependencies = \[(.*)\]$/m.exec(project)?.[1] ?? '';
  const least = [...dependencies.matchAll(/"([\w-]+)>=([\d.]+),<\d+"/g)].map(
    ([, name, version]) => `${name}==${version}`,
  );
  if (least.length !== dependencies.split('", "').length) throw new Error(`not all have bounds: ${dependencies}`);
  return least;
}

async function install(folder: string, { python, version }: PythonEnvironment, what: readonly string[]) {
  await mkdir(folder);
  await must(python, '-m', 'venv', folder);
  const own = join(folder, 'bin/python');
  await must(own, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what);
  await must(own, '-m', 'pip', 'check');
  return { python: own, version };
}

/** Every Python from 3.9 on, the oldest first: those on the path, and those of pyenv. */
async function findPythons(): Promise<PythonEnvironment[]> {
  const { stdout: root } = await run('bash', ['-c', 'pyenv root 2>/dev/null || true']);
  const versions = join(root.trim() || '/nowhere', 'versions');
  const candidates = existsSync(versions)
    ? (await readdir(versions)).map((name) => join(versions, name, 'bin/python'))
    : [];
  for (let minor = 9; minor < 20; minor++) candidates.push(`python3.${minor}`);
  candidates.push('python3');
  const found = new Map<number, PythonEnvironment>();
  for (const python of candidates) {
    const ask = "import ensurepip, sys; print('%d %d' % sys.version_info[:2])";
    const { stdout } = await run('bash', ['-c', `"${python}" -c "${ask}" 2>/dev/null || true`]);
    const [major, minor] = stdout.trim().split(' ').map(Number);
    if (major === 3 && minor !== undefined && minor >= 9) found.set(minor, { python, version: `3.${minor}` });
  }
  return [...found].sort(([a], [b]) => a - b).map(([, environment]) => environment);
}
