import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { needTool } from '../../src/setup/apt.ts';

/** The name under which Docker knows gVisor's runtime while a test has it. */
export const RUNSC = 'runsc';

/** A runtime that Docker knows beside it, and that starts nothing. */
export const BROKEN = 'broken';

const DAEMON_PID = '/var/run/docker.pid';
const DAEMON_FOLDER = '/etc/docker';
const DAEMON_CONFIG = `${DAEMON_FOLDER}/daemon.json`;

/** How long the daemon may take to read its settings again, in milliseconds. */
const RELOAD_TIMEOUT_MS = 20_000;

/**
 * Lets this machine's Docker know gVisor, which is installed where it is missing: on the ptrace platform, which needs no
 * virtualisation, and without cgroups of its own, which Debian's version cannot use. Disposing of it takes it away again.
 * The daemon reads its settings anew for it and is not restarted.
 *
 * @throws Error with what to do, on a machine where Docker or its settings are out of reach
 */
export async function bringRunsc(): Promise<AsyncDisposable> {
  await needTool('runsc', ['runsc'], () => {});
  const before = await readFile(DAEMON_CONFIG, 'utf8').catch(() => undefined);
  const settings = JSON.parse(before ?? '{}') as { runtimes?: Record<string, unknown> };
  const runsc = { path: 'runsc', runtimeArgs: ['--platform=ptrace', '--ignore-cgroups', '--network=none'] };
  await mkdir(DAEMON_FOLDER, { recursive: true });
  await writeFile(
    DAEMON_CONFIG,
    JSON.stringify({
      ...settings,
      runtimes: { ...settings.runtimes, [RUNSC]: runsc, [BROKEN]: { path: '/bin/false' } },
    }),
  );
  const known = settings.runtimes?.[RUNSC] !== undefined;
  const restore = async () => {
    // What a file does not name stays as it was, so the runtimes are named once more.
    await writeFile(DAEMON_CONFIG, JSON.stringify({ ...settings, runtimes: settings.runtimes ?? {} }));
    await reload(known);
    if (before === undefined) await rm(DAEMON_CONFIG);
    else await writeFile(DAEMON_CONFIG, before);
  };
  try {
    await reload(true);
  } catch (error) {
    await restore();
    throw error;
  }
  return { [Symbol.asyncDispose]: restore };
}

/** Lets the daemon read its settings, and waits until it knows gVisor, or not any more. */
async function reload(known: boolean): Promise<void> {
  const pid = Number(await readFile(DAEMON_PID, 'utf8'));
  process.kill(pid, 'SIGHUP');
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  for (const end = Date.now() + RELOAD_TIMEOUT_MS; Date.now() < end; await delay(50)) {
    if ((await connectDocker(host)).info.runtimeClasses.includes(RUNSC) === known) return;
  }
  throw new Error(
    `the Docker daemon ${pid} did not take the runtimes of ${DAEMON_CONFIG}: is it the one at ${host}? See its log`,
  );
}
