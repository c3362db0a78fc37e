import { Command } from 'commander';
import { ConfigError, loadConfig } from '../../config.ts';
import { known } from '../../lib/known.ts';
import { checkSetup } from '../../setup/check.ts';
import { type Examination, isHealthy, type Wanted } from '../doctor/examination.ts';
import { attemptsHere } from '../doctor/here.ts';
import { examinationTable } from '../doctor/table.ts';
import { examineThere } from '../doctor/there.ts';

interface Options {
  readonly host?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly case: readonly string[];
  readonly profile?: string;
  readonly seccomp?: string;
  readonly json?: boolean;
}

/** `isol8 doctor`: whether this host keeps what is promised. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('try to get out of sandboxes on this host, and report; exits with 1 when anything is not refused')
    .option(
      '--host <address>',
      'ask the server there (host:port or unix:/path) instead of starting sandboxes from here',
    )
    .option('--key <key>', 'its key; ISOL8_API_KEY when it is not given')
    .option('--ca <file>', 'PEM of what signs its certificate; without TLS when it is not given')
    .option('--case <name...>', 'only these attempts', [])
    .option('--profile <name>', 'the profile that the sandboxes start from, instead of the usual one')
    .option('--seccomp <name>', 'their seccomp profile, instead of the usual one')
    .option('--json', 'print JSON')
    .helpOption('-h, --help', 'show this help')
    .action(doctor);
}

async function doctor(options: Options): Promise<void> {
  const stopped = new AbortController();
  // What runs is ended and removed before this process ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopped.abort(new ConfigError(`stopped by ${signal}`)));
  }
  const examination = await examine(options, stopped.signal);
  const passed = isHealthy(examination);
  const text = options.json
    ? `${JSON.stringify({ passed, ...examination }, null, 2)}\n`
    : examinationTable(examination, process.stdout.isTTY ? process.stdout.columns : undefined);
  process.stdout.write(text);
  if (!passed) process.exitCode = 1;
}

async function examine(options: Options, signal: AbortSignal): Promise<Examination> {
  const config = loadConfig();
  const { profile, seccomp } = options;
  const wanted: Wanted = { cases: options.case, ...known({ profile, seccomp }) };
  if (options.host !== undefined) {
    const key = options.key ?? config.apiKey;
    if (key === undefined) throw new ConfigError('--key: is not given, and ISOL8_API_KEY is not set');
    return await examineThere({ address: options.host, key, ...known({ caFile: options.ca }) }, wanted, signal);
  }
  const setup = await checkSetup(config.dockerHost, config);
  const attempts = setup.some(({ state }) => state === 'failed') ? [] : await attemptsHere(config, wanted, signal);
  return { setup, attempts };
}
