import { SETUP_COMMAND } from '../lib/setup-command.ts';
import { CommandError, hasCommand, runCommand } from './command.ts';
import type { Detail } from './progress.ts';

let updated: Promise<unknown> | undefined;

/** Whether this process may install Debian packages. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await hasCommand('apt-get'));
}

/**
 * Installs Debian packages on this machine; the lists are brought up to date once for each run.
 *
 * @throws CommandError with the last lines of apt
 */
export async function aptInstall(packages: readonly string[], detail: Detail): Promise<void> {
  const apt = (...args: string[]) =>
    runCommand('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', ...args], { onLine: detail });
  updated ??= apt('update');
  await updated;
  await apt('install', '--no-install-recommends', ...packages);
}

/**
 * Makes sure that a tool is there, installing its Debian package where that is possible.
 *
 * @throws CommandError with one line that says what to install
 */
export async function needTool(tool: string, packages: readonly string[], detail: Detail): Promise<void> {
  if (await hasCommand(tool)) return;
  if (!(await canInstall())) {
    throw new CommandError(
      `${tool} is missing: run "apt-get install ${packages.join(' ')}" as root, then "${SETUP_COMMAND}"`,
    );
  }
  await aptInstall(packages, detail);
}

/** A Debian archive that this machine's apt is configured with. */
export interface AptSource {
  readonly uri: string;
  /** "bookworm", "bookworm-security". */
  readonly suite: string;
}

/**
 * The archives of a Debian release that apt on this machine uses, with its updates: the nearest mirror, or the only
 * one that is reachable. Empty on a machine without apt, or of another release.
 */
export async function aptSources(release: string): Promise<AptSource[]> {
  const lines = await runCommand('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Created-By: Packages',
  ]).catch(() => '');
  return parseAptSources(lines, release);
}

/** Reads lines of "URI suite component". */
export function parseAptSources(lines: string, release: string): AptSource[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  return lines
    .split('\n')
    .map((line) => line.trim().split(' '))
    .flatMap(([uri = '', suite = '', component]) =>
      component === 'main' && suites.includes(suite) ? [{ uri, suite }] : [],
    );
}
