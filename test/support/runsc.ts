import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { needTool } from '../../src/setup/apt.ts';

/** The name under which Docker knows gVisor's runtime while a test has it. */
export const RUNSC = 'runsc';

/** A runtime that Docker knows beside it, and that starts nothing. */
export const BROKEN = 'isol8-test-broken';

/** The ptrace platform needs no virtualisation, and Debian's version cannot use the cgroups of every host. */
const OURS: Readonly<Record<string, unknown>> = {
  [RUNSC]: { path: 'runsc', runtimeArgs: ['--platform=ptrace', '--ignore-cgroups', '--network=none'] },
  [BROKEN]: { path: '/bin/false' },
};

const DAEMON_PID = '/var/run/docker.pid';
const DAEMON_FOLDER = '/etc/docker';
const DAEMON_CONFIG = `${DAEMON_FOLDER}/daemon.json`;

/** How long the daemon may take to read its settings again, in milliseconds. */
const RELOAD_TIMEOUT_MS = 20_000;

/** What of the daemon's settings matters here. */
interface Settings {
  readonly runtimes?: Readonly<Record<string, unknown>>;
}

/**
 * Lets this machine's Docker know gVisor, which is installed where it is missing, and a runtime that is broken. Disposing
 * of it takes both away again. The daemon reads its settings anew for it and is not restarted.
 *
 * @throws Error with what to do, on a machine where gVisor cannot be had or Docker's settings are out of reach
 */
export async function bringRunsc(): Promise<AsyncDisposable> {
  await needTool('runsc', ['runsc'], () => {});
  const before = await readSettings();
  const restore = async () => {
    // What a file does not name stays as it was, so the runtimes are named once more before it goes back.
    await writeSettings({ ...before, runtimes: before.runtimes ?? {} });
    await reload(Object.keys(before.runtimes ?? {}));
    if (Object.keys(before).length === 0) await rm(DAEMON_CONFIG);
    else await writeSettings(before);
  };
  const runtimes = { ...before.runtimes, ...OURS };
  await writeSettings({ ...before, runtimes });
  try {
    await reload(Object.keys(runtimes));
  } catch (error) {
    await restore();
    throw error;
  }
  return { [Symbol.asyncDispose]: restore };
}

/** The settings of the daemon without what a test before this one left when it was killed. */
async function readSettings(): Promise<Settings> {
  const text = await readFile(DAEMON_CONFIG, 'utf8').catch(() => '{}');
  const { runtimes, ...settings } = JSON.parse(text) as Settings;
  const own = Object.entries(runtimes ?? {}).filter(([name, one]) => !isDeepStrictEqual(one, OURS[name]));
  return own.length === 0 ? settings : { ...settings, runtimes: Object.fromEntries(own) };
}

async function writeSettings(settings: Settings): Promise<void> {
  await mkdir(DAEMON_FOLDER, { recursive: true });
  await writeFile(DAEMON_CONFIG, `${JSON.stringify(settings, undefined, 2)}\n`);
}

/** Lets the daemon read its settings, and waits until it knows these runtimes, and of ours no other. */
async function reload(names: readonly string[]): Promise<void> {
  const pid = Number(await readFile(DAEMON_PID, 'utf8'));
  process.kill(pid, 'SIGHUP');
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  for (const end = Date.now() + RELOAD_TIMEOUT_MS; Date.now() < end; await delay(50)) {
    const known = (await connectDocker(host)).info.runtimeClasses;
    if ([...Object.keys(OURS), ...names].every((name) => known.includes(name) === names.includes(name))) return;
  }
  throw new Error(
    `the Docker daemon ${pid} did not take the runtimes of ${DAEMON_CONFIG}: is it the one at ${host}? See its log`,
  );
}
