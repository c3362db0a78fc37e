import {
  type Isolation,
  type Limits,
  type Network,
  NetworkMode,
  OnOutputLimit,
  type Policy,
  Reuse,
} from '../../../gen/isol8/v1/policy_pb.ts';
import type * as engine from '../../engine/types.ts';
import { known } from '../../lib/known.ts';
import { fromDuration, toDuration } from './duration.ts';
import { onOutputLimits, reuses } from './enums.ts';
import type { Violations } from './violations.ts';

/** Wire to engine. What is wrong or not built goes to `violations`. */
export function fromPolicy(policy: Policy | undefined, violations: Violations): engine.PolicyRequest {
  if (policy === undefined) return { limits: {} };
  const { profile } = policy;
  if (profile === '') violations.wrong('policy.profile', 'must not be empty; leave it unset for the usual one');
  checkNetwork(policy.network, violations);
  const isolation = fromIsolation(policy.isolation, violations);
  const limits = fromLimits(policy.limits, violations);
  const onOutputLimit = fromOnOutputLimit(policy.onOutputLimit, violations);
  return { limits, ...isolation, ...known({ profile: profile || undefined, onOutputLimit }) };
}

/** Wire to engine. */
export function fromLimits(limits: Partial<Limits> | undefined, violations: Violations): Partial<engine.Limits> {
  if (limits === undefined) return {};
  const timeoutMs = limits.timeout && fromDuration(limits.timeout);
  if (limits.timeout !== undefined && timeoutMs === undefined) {
    violations.wrong('policy.limits.timeout', 'is not a valid Duration: use one like "2.5s"');
  }
  return known({
    timeoutMs,
    memoryBytes: toNumber(limits.memoryBytes),
    cpuCores: limits.cpuCores,
    processes: limits.processes,
    outputBytes: toNumber(limits.outputBytes),
    workspaceBytes: toNumber(limits.workspaceBytes),
    tmpBytes: toNumber(limits.tmpBytes),
    openFiles: limits.openFiles,
  });
}

/** Above 2^53 it is not exact; every ceiling is far below. */
function toNumber(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function fromOnOutputLimit(value: OnOutputLimit | undefined, violations: Violations) {
  switch (value) {
    case undefined:
      return undefined;
    case OnOutputLimit.TRUNCATE:
      return 'TRUNCATE';
    case OnOutputLimit.KILL:
      return 'KILL';
    default:
      violations.wrong('policy.on_output_limit', `is ${value}, which is neither TRUNCATE nor KILL`);
      return undefined;
  }
}

function checkNetwork(network: Network | undefined, violations: Violations): void {
  if (network === undefined) return;
  const { mode, allow, deny, log } = network;
  if (mode === NetworkMode.FILTERED || mode === NetworkMode.OPEN) {
    violations.unbuilt('policy.network.mode', 'Any network');
  } else if (mode !== undefined && mode !== NetworkMode.NONE) {
    violations.wrong('policy.network.mode', `is ${mode}, which is not NONE`);
  }
  if (allow.length > 0) violations.unbuilt('policy.network.allow', 'Any network');
  if (deny.length > 0) violations.unbuilt('policy.network.deny', 'Any network');
  if (log === true) violations.unbuilt('policy.network.log', 'The network log');
}

function fromIsolation(isolation: Isolation | undefined, violations: Violations) {
  if (isolation === undefined) return {};
  const { runtimeClass, seccomp, writableRoot } = isolation;
  if (runtimeClass === '') violations.wrong('policy.isolation.runtime_class', 'must not be empty');
  if (seccomp === '') violations.wrong('policy.isolation.seccomp', 'must not be empty');
  if (writableRoot === true) violations.unbuilt('policy.isolation.writable_root', 'A writable root');
  const reuse = fromReuse(isolation.reuse, violations);
  return known({ reuse, seccomp: seccomp || undefined, runtimeClass: runtimeClass || undefined });
}

function fromReuse(reuse: Reuse | undefined, violations: Violations): engine.Reuse | undefined {
  switch (reuse) {
    case undefined:
      return undefined;
    case Reuse.NEVER:
      return 'NEVER';
    case Reuse.SAME_TENANT:
      return 'SAME_TENANT';
    default:
      violations.wrong('policy.isolation.reuse', `${reuse} is neither NEVER nor SAME_TENANT`);
      return undefined;
  }
}

/** Engine to wire. */
export function toLimits(limits: engine.Limits) {
  return {
    timeout: toDuration(limits.timeoutMs),
    memoryBytes: BigInt(limits.memoryBytes),
    cpuCores: limits.cpuCores,
    processes: limits.processes,
    outputBytes: BigInt(limits.outputBytes),
    workspaceBytes: BigInt(limits.workspaceBytes),
    tmpBytes: BigInt(limits.tmpBytes),
    openFiles: limits.openFiles,
  };
}

/** Engine to wire. */
export function toEffectivePolicy(policy: engine.EffectivePolicy) {
  return {
    profile: policy.profile,
    limits: toLimits(policy.limits),
    network: { mode: NetworkMode[policy.network] },
    isolation: {
      seccomp: policy.seccomp,
      ...known({ runtimeClass: policy.runtimeClass }),
      reuse: reuses[policy.reuse],
      writableRoot: policy.writableRoot,
    },
    onOutputLimit: onOutputLimits[policy.onOutputLimit],
    unenforced: [...policy.unenforced],
  };
}
