import type { Logger } from 'pino';
import { PROBE_TIMEOUT_MS } from '../constants.ts';
import { dockerMessage } from '../docker/errors.ts';
import type { DockerInfo } from '../docker/info.ts';
import { EngineError } from '../errors.ts';
import { resolvePolicy } from '../policy/resolve.ts';
import { type PolicyRules, platformRules, type RuntimeClass } from '../policy/rules.ts';
import type { EffectivePolicy } from '../types.ts';
import type { SandboxFactory } from './factory.ts';
import { PROBE_LIMITS, probeRuntime, probeSandbox, trySandbox } from './probe.ts';

/** What is needed to try sandboxes before the first request. */
export interface Trial {
  readonly factory: Pick<SandboxFactory, 'create' | 'retune'>;
  readonly info: DockerInfo;
  /** With nothing in it but the guest. */
  readonly image: string;
  readonly log: Logger;
}

/** The runtime classes of a Docker before anything is known about them. */
export function unprobedClasses(
  { runtimeClasses }: DockerInfo,
  accepted: ReadonlyMap<string, readonly string[]>,
): Map<string, RuntimeClass> {
  return new Map(
    runtimeClasses.map((name) => [name, { unenforced: [], accepted: accepted.get(name) ?? [], updates: true }]),
  );
}

/**
 * Probes every runtime of this Docker in a sandbox of its own. One that does not work is told so, and is refused to
 * whoever asks for it.
 *
 * @throws EngineError SANDBOX_START_FAILED when it is the default one that does not work
 */
export async function probeClasses(
  trial: Trial,
  accepted: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, RuntimeClass>> {
  const { info, log } = trial;
  const [usual] = info.runtimeClasses;
  const known = await Promise.all(
    [...unprobedClasses(info, accepted)].map(async ([name, one]): Promise<[string, RuntimeClass]> => {
      try {
        return [name, await probeClass(trial, name, one)];
      } catch (error) {
        if (name === usual) {
          const message = `no sandbox works in ${name}, which is Docker’s default: ${reasonOf(error)}`;
          throw new EngineError('SANDBOX_START_FAILED', message, { cause: error });
        }
        log.warn({ err: error, runtimeClass: name }, 'a runtime class of this Docker cannot be used');
        return [name, { ...one, unavailable: reasonOf(error) }];
      }
    }),
  );
  return new Map(known);
}

async function probeClass({ factory, info, image, log }: Trial, name: string, one: RuntimeClass) {
  const begun = performance.now();
  const policy = trialPolicy(info, { runtimeClass: name });
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const { unenforced, updates, swap } = await probeSandbox(factory, policy, probeRuntime(image), signal);
  // What is not limited here matters where there is any.
  const missing = [...info.unenforced, ...(info.limitsSwap || !swap ? [] : ['limits.memory_bytes'])];
  const all = [...new Set([...unenforced, ...missing])].sort();
  const refused = all.filter((field) => !one.accepted.includes(field));
  const found = { runtimeClass: name, unenforced: all, updates, milliseconds: Math.round(performance.now() - begun) };
  if (refused.length === 0) log.debug(found, 'probed a runtime class');
  else if (name !== info.runtimeClasses[0]) {
    log.warn({ ...found, refused }, 'a runtime class does not enforce everything: requests for it are refused');
  } else {
    const sentence =
      'Docker’s default runtime class does not enforce everything: requests are refused until runtime_classes of ISOL8_POLICY_FILE accepts that';
    log.error({ ...found, refused }, sentence);
  }
  return { ...one, unenforced: all, updates };
}

/**
 * Starts a sandbox with each seccomp profile.
 *
 * @returns why none works, by profile
 */
export async function trySeccomp(
  { factory, info, image }: Trial,
  names: readonly string[],
): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const name of names) {
    const policy = trialPolicy(info, { seccomp: name });
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    await trySandbox(factory, policy, probeRuntime(image), signal).catch((error: unknown) =>
      failures.set(name, reasonOf(error)),
    );
  }
  return failures;
}

/** The classes whose sandboxes keep the limits that they were started with, as a policy names them. */
export function fixedClasses({ classes, defaultClass }: PolicyRules): ReadonlySet<string | undefined> {
  const fixed = [...classes].filter(([, { updates }]) => !updates);
  return new Set(fixed.map(([name]) => (name === defaultClass ? undefined : name)));
}

function trialPolicy(info: DockerInfo, isolation: { runtimeClass?: string; seccomp?: string }): EffectivePolicy {
  const rules = platformRules(info, {
    classes: unprobedClasses(info, new Map()),
    defaultClass: info.runtimeClasses[0] ?? 'runc',
    seccomp: isolation.seccomp === undefined ? [] : [isolation.seccomp],
  });
  return resolvePolicy({ limits: PROBE_LIMITS, ...isolation }, rules, 0);
}

/** One line; of what the factory says, the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const text = dockerMessage(error instanceof EngineError && cause !== undefined ? cause : error);
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
