import { refuse } from '../convert/value.ts';
import type { Network, Policy } from '../types/policy.ts';
import { bytesOf } from './sizes.ts';
import type { Isol8Options } from './types.ts';

const KNOWN = new Set<string>([
  'mode',
  'network',
  'networkFilter',
  'cpuLimit',
  'memoryLimit',
  'pidsLimit',
  'readonlyRootFs',
  'maxOutputSize',
  'secrets',
  'timeoutMs',
  'image',
  'sandboxSize',
  'tmpSize',
  'logNetwork',
  'security',
  'debug',
  'persist',
  'audit',
  'remoteCode',
  'poolStrategy',
  'poolSize',
] satisfies (keyof Isol8Options)[]);

/** What the server alone decides: why an option that asks for it is refused. */
const OF_THE_SERVER: readonly [asks: (options: Isol8Options) => boolean, option: string, why: string][] = [
  [({ debug }) => debug === true, 'debug', 'is said to the server: ISOL8_LOG_LEVEL=debug'],
  [
    ({ persist }) => persist === true,
    'persist',
    'cannot be had: a sandbox is kept by a session; use mode `persistent`',
  ],
  [({ audit }) => audit?.enabled === true, 'audit', 'is said to the server, not to its client'],
  [({ remoteCode }) => remoteCode?.enabled === true, 'remoteCode', 'is said to the server, not to its client'],
  [
    ({ poolStrategy }) => poolStrategy !== undefined,
    'poolStrategy',
    'cannot be chosen: used sandboxes are thrown away',
  ],
  [({ poolSize }) => poolSize !== undefined, 'poolSize', 'is said to the server: ISOL8_POOL'],
  [
    ({ security }) => security?.seccomp === 'unconfined',
    'security.seccomp',
    'cannot be `unconfined`: every sandbox has a seccomp profile; leave it out',
  ],
  [
    ({ security }) => security?.seccomp === 'custom' || security?.customProfilePath !== undefined,
    'security.customProfilePath',
    'is said to the server: profiles are configured there (ISOL8_SECCOMP_PROFILES)',
  ],
];

/** Refuses options that are not known, or that only a server can be told. */
export function checkOptions(options: Isol8Options): void {
  const unknown = Object.keys(options).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) refuse(unknown, `there is no such option; there are ${[...KNOWN].join(', ')}`);
  for (const [asks, option, why] of OF_THE_SERVER) if (asks(options)) refuse(option, why);
}

/** Options as a policy. */
export function policyOf(options: Isol8Options, timeoutMs = options.timeoutMs): Policy {
  const { cpuLimit, memoryLimit, pidsLimit, maxOutputSize, sandboxSize, tmpSize } = options;
  const limits = {
    timeoutMs,
    memoryBytes: memoryLimit && bytesOf('memoryLimit', memoryLimit),
    cpuCores: cpuLimit,
    processes: pidsLimit,
    outputBytes: maxOutputSize,
    workspaceBytes: sandboxSize && bytesOf('sandboxSize', sandboxSize),
    tmpBytes: tmpSize && bytesOf('tmpSize', tmpSize),
  };
  const network = networkOf(options);
  return {
    // What is undefined is not set.
    limits: limits as Policy['limits'] & {},
    ...(network && { network }),
    ...(options.readonlyRootFs === false && { isolation: { writableRoot: true } }),
  };
}

function networkOf({ network, networkFilter, logNetwork }: Isol8Options): Network | undefined {
  const { whitelist = [], blacklist = [] } = networkFilter ?? {};
  const log = logNetwork === true ? { log: true } : {};
  if (network === 'host') return { mode: 'OPEN', ...log };
  if (network === 'filtered') {
    return { mode: 'FILTERED', allow: whitelist.map(ruleOf), deny: blacklist.map(ruleOf), ...log };
  }
  if (network !== undefined && network !== 'none') refuse('network', 'must be none, host or filtered');
  if (whitelist.length + blacklist.length > 0) refuse('networkFilter', 'needs network: `filtered`');
  return logNetwork === true ? { log: true } : undefined;
}

/** An expression that is looked for anywhere in a name, as one for the whole name. */
function ruleOf(expression: string) {
  return { hostRegex: `.*(?:${expression}).*` };
}
