import { connectDocker } from '../engine/docker/connect.ts';
import { inspectImage } from '../engine/docker/images.ts';
import { EngineError } from '../engine/errors.ts';
import { RUNTIMES } from '../engine/runtimes/registry.ts';
import { LABELS } from '../engine/sandbox/labels.ts';
import { SETUP_COMMAND } from '../lib/setup-command.ts';
import { guestIsCurrent } from './guest.ts';
import { runtimeImageState, type UidRangeOptions } from './images.ts';

/** One thing that serving needs. */
export interface SetupFinding {
  readonly name: string;
  /** With a warning isol8 serves, with less than it could; with a failure it does not. */
  readonly state: 'ok' | 'warning' | 'failed';
  /** One line. */
  readonly detail: string;
}

/** Looks at everything that `setUp` makes, and makes nothing. */
export async function checkSetup(dockerHost: string, uids: UidRangeOptions): Promise<SetupFinding[]> {
  try {
    const docker = await connectDocker(dockerHost);
    const { serverVersion, cgroupVersion, architecture, missing } = docker.info;
    const detail = `${serverVersion}, API ${docker.apiVersion}, cgroup v${cgroupVersion}`;
    return [
      { name: 'docker', state: 'ok', detail },
      ...missing.map((sentence): SetupFinding => ({ name: 'docker', state: 'warning', detail: sentence })),
      ...(await Promise.all(
        RUNTIMES.map(async (runtime) => {
          const state = await runtimeImageState(docker, runtime, uids);
          const image = await inspectImage(docker, runtime.image);
          return imageFinding(`${runtime.name} image`, state, image?.labels[LABELS.runtimeVersion] ?? '');
        }),
      )),
      (await guestIsCurrent(architecture))
        ? { name: 'guest', state: 'ok', detail: 'built' }
        : { name: 'guest', state: 'failed', detail: `is not built from its sources of today: run "${SETUP_COMMAND}"` },
    ];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [{ name: 'docker', state: 'failed', detail: error.message }];
  }
}

function imageFinding(name: string, state: 'current' | 'outdated' | 'missing', version: string): SetupFinding {
  if (state === 'current') return { name, state: 'ok', detail: version };
  if (state === 'missing') return { name, state: 'failed', detail: `is missing: run "${SETUP_COMMAND}"` };
  return { name, state: 'warning', detail: `${version}, of another recipe than today's: run "${SETUP_COMMAND}"` };
}
