import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { closest } from './lib/closest.ts';
import { readCertificate, readPrivateKey } from './lib/pem.ts';

interface Setting {
  readonly env: string;
  readonly type: z.ZodType;
  /** Its value is shown nowhere. */
  readonly secret?: boolean;
}

/**
 * Every setting of isol8, once: its environment variable, type, default and unit. The only reader of `process.env`.
 * `docs/configuration.md` describes each.
 */
const settings = {
  /** Where the service listens: `host:port`, or `unix:/path/to.sock`. Port 0 takes a free one. */
  listen: { env: 'ISOL8_LISTEN', type: address().default('127.0.0.1:50051') },
  /** The bearer key of callers. Without one the server makes a key for this run and binds to loopback only. */
  apiKey: {
    env: 'ISOL8_API_KEY',
    type: z.string().min(16, 'must have 16 characters at least').optional(),
    secret: true,
  },
  /** PEM files for TLS; both or none. */
  tlsCertFile: { env: 'ISOL8_TLS_CERT_FILE', type: z.string().optional() },
  tlsKeyFile: { env: 'ISOL8_TLS_KEY_FILE', type: z.string().optional() },
  /** Allows plaintext off loopback, for a sidecar that does TLS. */
  allowPlaintext: { env: 'ISOL8_ALLOW_PLAINTEXT', type: flag() },
  /** State of this server, absolute. One server for each; its id labels every Docker object that it makes. */
  dataDir: {
    env: 'ISOL8_DATA_DIR',
    type: z
      .string()
      .transform((path) => resolve(path))
      .default(() => join(stateHome(), 'isol8')),
  },
  /** Where Docker answers, in the form of DOCKER_HOST. */
  dockerHost: { env: 'DOCKER_HOST', type: z.string().default('unix:///var/run/docker.sock') },
  /** `trust.ca_file`: PEM certificates that image builds and sandboxes trust instead of their own. */
  trustCaFile: { env: 'ISOL8_TRUST_CA_FILE', type: z.string().default(usualCaFile) },
  /** YAML: what the operator settles about policies; none when it is empty. */
  policyFile: { env: 'ISOL8_POLICY_FILE', type: z.string().default('') },
  /** First and last uid that sandboxes may have. */
  uidFirst: { env: 'ISOL8_UID_FIRST', type: whole(1000, 65_000).default(30_000) },
  uidLast: { env: 'ISOL8_UID_LAST', type: whole(1000, 65_000).default(31_023) },
  /** Executions that run at once; more of them wait. */
  maxConcurrent: { env: 'ISOL8_MAX_CONCURRENT', type: whole(1, 1000).default(32) },
  /** Executions that may wait; one more is refused. */
  maxQueued: { env: 'ISOL8_MAX_QUEUED', type: whole(0, 100_000).default(1000) },
  /** Sandboxes that wait from the start on, for each runtime: `python=3,node=2`. Runtimes that are not named have none. */
  pool: { env: 'ISOL8_POOL', type: poolSizes().prefault('python=3,node=2,bun=1,deno=1,bash=1') },
  /** Sandboxes that wait at the most, with those that demand asks for; 0 starts each when it is needed. */
  poolMax: { env: 'ISOL8_POOL_MAX', type: whole(0, 1000).default(16) },
  /** Bytes that all that wait could take at the most, files in memory included; 0 stands for the memory of Docker's host. */
  poolMemoryBytes: { env: 'ISOL8_POOL_MEMORY_BYTES', type: whole(0, 2 ** 50).default(0) },
  /** Sessions that live at once; one more is refused. */
  maxSessions: { env: 'ISOL8_MAX_SESSIONS', type: whole(0, 10_000).default(100) },
  /** Seconds that a session may live at the most. */
  sessionMaxLifetimeSeconds: { env: 'ISOL8_SESSION_MAX_LIFETIME', type: whole(60, 31_536_000).default(86_400) },
  /** Bytes of the largest request. */
  maxRequestBytes: { env: 'ISOL8_MAX_REQUEST_BYTES', type: whole(65_536, 1_073_741_824).default(16_777_216) },
  /** Seconds that running executions get when the server is told to stop. */
  drainTimeoutSeconds: { env: 'ISOL8_DRAIN_TIMEOUT', type: whole(0, 3600).default(30) },
  /** How much is logged. */
  logLevel: {
    env: 'ISOL8_LOG_LEVEL',
    type: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  },
} as const satisfies Record<string, Setting>;

type Settings = typeof settings;

/** The settings of one process. */
export type Config = { readonly [K in keyof Settings]: z.output<Settings[K]['type']> };

/** Of the shell that a server is started from: the address that clients call, and what Kubernetes adds for a service. */
const NOT_OURS = /^ISOL8_(ADDRESS$|SERVICE_(HOST|PORT)|PORT(_|$)|TEST_)/;

/** A setting that is wrong: one line for each, with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from an environment.
 *
 * @throws ConfigError naming every variable that is wrong
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems = misspelt(environment);
  const entries = Object.entries<Setting>(settings).map(([name, { env, type, secret }]) => {
    const given = environment[env] || undefined;
    const parsed = type.safeParse(given);
    const not = secret ? '' : `, not ${JSON.stringify(given)}`;
    for (const { message } of parsed.error?.issues ?? []) problems.push(`${env}: ${message}${not}`);
    return [name, parsed.data];
  });
  const config = Object.fromEntries(entries) as Config;
  problems.push(...clashes(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

/** The settings of this process, but for those that are given. */
export function loadConfigWith(settings: Readonly<Record<string, string>>): Config {
  return loadConfig({ ...process.env, ...settings });
}

/** A variable of this process's environment that is no setting: a secret that is handed on, say. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}

function misspelt(environment: Readonly<Record<string, string | undefined>>): string[] {
  const names = Object.values<Setting>(settings).map(({ env }) => env);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('ISOL8_') && !names.includes(name) && !NOT_OURS.test(name),
  );
  // Which is a client's.
  const meant = [...names, 'ISOL8_ADDRESS'];
  return unknown.map((name) => `${name}: is no setting: did you mean ${closest(name, meant)}?`);
}

function clashes({ tlsCertFile, tlsKeyFile, trustCaFile, uidFirst, uidLast }: Config): string[] {
  const problems: string[] = [];
  const read = <T>(variable: string, path: string | undefined, parse: (path: string) => T): T | undefined => {
    try {
      return path ? parse(path) : undefined;
    } catch (error) {
      problems.push(`${variable}: ${(error as Error).message}`);
      return undefined;
    }
  };
  read('ISOL8_TRUST_CA_FILE', trustCaFile, readCertificate);
  const certificate = read('ISOL8_TLS_CERT_FILE', tlsCertFile, readCertificate);
  const key = read('ISOL8_TLS_KEY_FILE', tlsKeyFile, readPrivateKey);
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    problems.push('ISOL8_TLS_KEY_FILE: must be the key of the certificate in ISOL8_TLS_CERT_FILE');
  }
  if (tlsCertFile && !tlsKeyFile) problems.push('ISOL8_TLS_KEY_FILE: must be set where ISOL8_TLS_CERT_FILE is');
  if (tlsKeyFile && !tlsCertFile) problems.push('ISOL8_TLS_CERT_FILE: must be set where ISOL8_TLS_KEY_FILE is');
  if (uidLast < uidFirst) problems.push('ISOL8_UID_LAST: must not be below ISOL8_UID_FIRST');
  return problems;
}

function whole(least: number, most: number) {
  const text = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, text)
    .transform(Number)
    .refine((number) => number >= least && number <= most, text);
}

function oneOf<const T extends string>(...values: T[]) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}

function flag() {
  return oneOf('0', '1', 'true', 'false')
    .default('0')
    .transform((value) => value === '1' || value === 'true');
}

/** `host:port` or `unix:/path`. */
function address() {
  return z.string().superRefine((text, { addIssue }) => {
    if (/^unix:./.test(text)) return;
    const port = /^.+:(\d+)$/.exec(text)?.[1];
    if (port === undefined) addIssue('must be host:port or unix:/path');
    else if (Number(port) > 65_535) addIssue('must have a port from 0 to 65535');
  });
}

/** `name=count` for each, or nothing. */
function poolSizes() {
  return z.string().transform((text, context): ReadonlyMap<string, number> => {
    const sizes = new Map<string, number>();
    for (const part of text.split(',').map((one) => one.trim())) {
      const [, name, count] = /^([a-z0-9-]+)=(\d{1,3})$/.exec(part) ?? [];
      if (name !== undefined && count !== undefined) sizes.set(name, Number(count));
      else if (part !== 'none') context.addIssue('must be like python=3,node=2, or none');
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
