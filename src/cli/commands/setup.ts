import { Command, Option } from 'commander';
import { loadConfig } from '../../config.ts';
import { Progress } from '../../setup/progress.ts';
import { removeSetup } from '../../setup/remove.ts';
import { setUp } from '../../setup/setup.ts';

/** `isol8 setup`: everything that serving needs, made once. */
export function setupCommand(): Command {
  return new Command('setup')
    .description('prepare this machine: Docker, the images of the runtimes, the guest')
    .addOption(
      new Option('-y, --yes', 'do not ask before Docker is installed or started; implied where CI is set').env('CI'),
    )
    .option('--rebuild', 'build the images anew, with the newest packages of Debian')
    .option('--remove', 'remove from Docker what setup made, and nothing else')
    .helpOption('-h, --help', 'show this help')
    .action(async (options: { yes?: boolean; rebuild?: boolean; remove?: boolean }) => {
      const config = loadConfig();
      if (options.remove) return remove(config.dockerHost);
      using progress = new Progress(process.stdout);
      const changed = await setUp(
        {
          dockerHost: config.dockerHost,
          uidFirst: config.uidFirst,
          uidLast: config.uidLast,
          caFile: config.trustCaFile,
          rebuild: options.rebuild === true,
          confirm: async (plan) => {
            progress.say(`isol8 is going to ${plan}.`);
            return options.yes === true || progress.ask('Go on?');
          },
        },
        progress,
      );
      for (const failure of progress.failures) console.error(failure.replaceAll(/^/gm, 'isol8: '));
      if (progress.failures.length > 0) process.exitCode = 1;
      else progress.say(changed ? 'isol8 is set up' : 'everything is up to date');
    });
}

async function remove(dockerHost: string): Promise<void> {
  const { gone, kept } = await removeSetup(dockerHost);
  for (const name of gone) console.log(`removed ${name}`);
  for (const name of kept) console.error(`in use, and kept: ${name}`);
  if (kept.length > 0) process.exitCode = 1;
}
