import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Every setting of isol8, once: its environment variable, type, default and unit. The only reader of `process.env`.
 * `docs/configuration.md` describes each.
 */
const settings = {
  /** Where the service listens: `host:port`, or `unix:/path/to.sock`. Port 0 takes a free one. */
  listen: { env: 'ISOL8_LISTEN', type: z.string().min(1).default('127.0.0.1:50051') },
  /** The bearer key of callers. Without one the server makes a key for this run and binds to loopback only. */
  apiKey: { env: 'ISOL8_API_KEY', type: z.string().min(16, 'give it at least 16 characters').optional(), secret: true },
  /** PEM files for TLS; both or none. */
  tlsCertFile: { env: 'ISOL8_TLS_CERT_FILE', type: z.string().optional() },
  tlsKeyFile: { env: 'ISOL8_TLS_KEY_FILE', type: z.string().optional() },
  /** Allows plaintext off loopback, for a sidecar that does TLS. */
  allowPlaintext: { env: 'ISOL8_ALLOW_PLAINTEXT', type: flag() },
  /** State of this server. One server for each; its id labels every Docker object that it makes. */
  dataDir: { env: 'ISOL8_DATA_DIR', type: z.string().default(() => join(stateHome(), 'isol8')) },
  /** Where Docker answers, in the form of DOCKER_HOST. */
  dockerHost: { env: 'DOCKER_HOST', type: z.string().default('unix:///var/run/docker.sock') },
  /** `trust.ca_file`: PEM certificates that image builds and sandboxes trust instead of their own. */
  trustCaFile: { env: 'ISOL8_TRUST_CA_FILE', type: z.string().default(usualCaFile) },
  /** First and last uid that sandboxes may have. */
  uidFirst: { env: 'ISOL8_UID_FIRST', type: z.coerce.number().int().min(1000).max(65_000).default(30_000) },
  uidLast: { env: 'ISOL8_UID_LAST', type: z.coerce.number().int().min(1000).max(65_000).default(31_023) },
  /** Executions that run at once; more of them wait. */
  maxConcurrent: { env: 'ISOL8_MAX_CONCURRENT', type: z.coerce.number().int().min(1).max(1000).default(32) },
  /** Executions that may wait; one more is refused. */
  maxQueued: { env: 'ISOL8_MAX_QUEUED', type: z.coerce.number().int().min(0).max(100_000).default(1000) },
  /** Sandboxes that wait from the start on, for each runtime: `python=3,node=2`. Runtimes that are not named have none. */
  pool: { env: 'ISOL8_POOL', type: poolSizes().prefault('python=3,node=2,bun=1,deno=1,bash=1') },
  /** Sandboxes that wait at the most, with those that demand asks for; 0 starts each when it is needed. */
  poolMax: { env: 'ISOL8_POOL_MAX', type: z.coerce.number().int().min(0).max(1000).default(16) },
  /** Bytes that all that wait could take at the most, files in memory included; 0 stands for the memory of Docker's host. */
  poolMemoryBytes: { env: 'ISOL8_POOL_MEMORY_BYTES', type: z.coerce.number().int().min(0).default(0) },
  /** Bytes of the largest request. */
  maxRequestBytes: {
    env: 'ISOL8_MAX_REQUEST_BYTES',
    type: z.coerce.number().int().min(65_536).max(1_073_741_824).default(16_777_216),
  },
  /** Seconds that running executions get when the server is told to stop. */
  drainTimeoutSeconds: { env: 'ISOL8_DRAIN_TIMEOUT', type: z.coerce.number().min(0).max(3600).default(30) },
  /** How much is logged. */
  logLevel: {
    env: 'ISOL8_LOG_LEVEL',
    type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  },
} as const satisfies Record<string, { env: string; type: z.ZodType; secret?: boolean }>;

type Settings = typeof settings;

/** The settings of one process. */
export type Config = { readonly [K in keyof Settings]: z.output<Settings[K]['type']> };

/** A setting that does not parse: one line for each, with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from an environment.
 *
 * @throws ConfigError naming every variable that is wrong
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const entries = Object.entries(settings).map(([name, setting]) => {
    const given = environment[setting.env];
    const parsed = setting.type.safeParse(given === '' ? undefined : given);
    if (!parsed.success) problems.push(`${setting.env}: ${parsed.error.issues.map((i) => i.message).join('; ')}`);
    return [name, parsed.data];
  });
  const config = Object.fromEntries(entries) as Config;
  if (problems.length === 0) problems.push(...clashes(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

function clashes(config: Config): string[] {
  const problems: string[] = [];
  if ((config.tlsCertFile === undefined) !== (config.tlsKeyFile === undefined)) {
    problems.push('ISOL8_TLS_CERT_FILE and ISOL8_TLS_KEY_FILE: set both or none');
  }
  if (config.uidLast < config.uidFirst) problems.push('ISOL8_UID_LAST: must not be below ISOL8_UID_FIRST');
  if (config.trustCaFile !== '' && !existsSync(config.trustCaFile)) {
    problems.push(`ISOL8_TRUST_CA_FILE: no such file: ${config.trustCaFile}`);
  }
  return problems;
}

function flag() {
  return z
    .enum(['0', '1', 'true', 'false'])
    .default('0')
    .transform((value) => value === '1' || value === 'true');
}

/** `name=count` for each, or nothing. */
function poolSizes() {
  return z.string().transform((text, context): ReadonlyMap<string, number> => {
    const sizes = new Map<string, number>();
    for (const part of text.split(',').map((one) => one.trim())) {
      const [, name, count] = /^([a-z0-9-]+)=(\d{1,3})$/.exec(part) ?? [];
      if (name !== undefined && count !== undefined) sizes.set(name, Number(count));
      else if (part !== 'none') context.addIssue({ code: 'custom', message: `"${part}" is not like python=3` });
    }
    return sizes;
  });
}

function stateHome(): string {
  return process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
}

/** The certificates that this machine's own tools are told to trust; '' when nothing says so. */
function usualCaFile(): string {
  return process.env['SSL_CERT_FILE'] || process.env['NODE_EXTRA_CA_CERTS'] || '';
}
