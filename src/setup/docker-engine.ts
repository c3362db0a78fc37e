import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDocker, type DockerConnection } from '../engine/docker/connect.ts';
import { LOCAL_SOCKETS } from '../engine/docker/host.ts';
import { EngineError } from '../engine/errors.ts';
import { SETUP_COMMAND } from '../lib/setup-command.ts';
import { aptInstall, canInstall, needTool } from './apt.ts';
import { CommandError, hasCommand, runCommand } from './command.ts';
import type { Detail } from './progress.ts';
import { removeStalePidFile } from './stale-pid.ts';

/** What a daemon that isol8 started says goes here. */
const DAEMON_LOG = '/var/log/isol8-dockerd.log';

/** How long a daemon may take to answer after it was started, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

/**
 * Connects to Docker; on this machine it installs and starts the daemon where it is missing.
 *
 * @param confirm asked before anything is installed or started, with one sentence that says what
 * @throws EngineError or CommandError with one line that says what to do
 */
export async function findDocker(
  host: string,
  confirm: (plan: string) => Promise<boolean>,
  detail: Detail,
): Promise<DockerConnection> {
  try {
    return await connectDocker(host);
  } catch (error) {
    const refused = error instanceof EngineError && /^(ENOENT|ECONNREFUSED)$/.test(causeCode(error));
    if (!refused || !LOCAL_SOCKETS.includes(host)) throw error;
  }
  const installed = await hasCommand('dockerd');
  await checkRights(installed);
  const plan = installed ? 'start Docker' : "install Docker (Debian's docker.io, with apt) and start it";
  if (!(await confirm(plan))) throw new CommandError('Docker is needed: start one, or set DOCKER_HOST');
  if (!installed) await install(detail);
  detail('waiting for the daemon');
  return (await answersSoon(host)) ?? start(host, detail);
}

function causeCode(error: Error): string {
  return String((error.cause as NodeJS.ErrnoException | undefined)?.code);
}

async function checkRights(installed: boolean): Promise<void> {
  if (process.getuid?.() !== 0) {
    const what = installed
      ? 'Docker does not run: start it as root'
      : 'Docker is missing: install and start it as root';
    throw new CommandError(`${what} ("sudo ${SETUP_COMMAND}" does), or set DOCKER_HOST`);
  }
  if (!installed && !(await canInstall())) {
    throw new CommandError(
      'Docker is missing, and there is no apt to install it with: install Docker Engine, or set DOCKER_HOST',
    );
  }
}

async function install(detail: Detail): Promise<void> {
  const apparmor = await readFile('/sys/module/apparmor/parameters/enabled', 'utf8').catch(() => '');
  // Where the kernel has AppArmor, the daemon needs its tools to load the profile of containers.
  await aptInstall(['docker.io', ...(apparmor.startsWith('Y') ? ['apparmor'] : [])], detail);
}

/** Some packages start the daemon as they are installed. */
async function answersSoon(host: string): Promise<DockerConnection | undefined> {
  const deadline = Date.now() + 2_000;
  while (Date.now() < deadline) {
    const docker = await connectDocker(host).catch(() => undefined);
    if (docker !== undefined) return docker;
    await delay(200);
  }
  return undefined;
}

async function start(host: string, detail: Detail): Promise<DockerConnection> {
  const exited = existsSync('/run/systemd/system') ? await startUnit(detail) : await startDaemon(detail);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await connectDocker(host);
    } catch (error) {
      const how = exited();
      if (how === undefined && Date.now() < deadline) {
        await delay(200);
        continue;
      }
      const log = await readFile(DAEMON_LOG, 'utf8').catch(() => '');
      const last = log.trim().split('\n').slice(-8).join('\n');
      throw new CommandError(`dockerd ${how ?? 'does not answer'}; the end of ${DAEMON_LOG}:\n${last}`, {
        cause: error,
      });
    }
  }
}

async function startUnit(detail: Detail): Promise<() => string | undefined> {
  await runCommand('systemctl', ['start', 'docker'], { onLine: detail });
  return () => undefined;
}

/** Starts dockerd so that it outlives this process. The result tells how it ended, once it has. */
async function startDaemon(detail: Detail): Promise<() => string | undefined> {
  await mountCgroups(detail);
  await removeStalePidFile('/var/run/docker.pid', 'dockerd');
  await removeStalePidFile('/var/run/docker/containerd/containerd.pid', 'containerd');
  const log = await open(DAEMON_LOG, 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' });
  let ended: string | undefined;
  daemon.on('error', (error) => {
    ended = `cannot be run: ${error.message}`;
  });
  daemon.on('exit', (code, signal) => {
    ended = `ended with ${code ?? signal}`;
  });
  daemon.unref();
  await log.close();
  return () => ended;
}

/** On a machine without systemd nobody may have mounted the control groups that limits are made of. */
async function mountCgroups(detail: Detail): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  if (/ cgroup2? /.test(mounts)) return;
  await needTool('cgroupfs-mount', ['cgroupfs-mount'], detail);
  await runCommand('cgroupfs-mount', []);
}
