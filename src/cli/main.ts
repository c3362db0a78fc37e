import { Command } from 'commander';
import { Isol8Error } from '../../clients/typescript/src/index.ts';
import { ConfigError } from '../config.ts';
import { EngineError } from '../engine/errors.ts';
import { version } from '../lib/version.ts';
import { CommandError } from '../setup/command.ts';
import { doctorCommand } from './commands/doctor.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { sessionCommand } from './commands/session.ts';
import { setupCommand } from './commands/setup.ts';
import { inOptions } from './words.ts';

const program = new Command('isol8')
  .description('run code that nobody trusts in Docker sandboxes, over gRPC')
  .version(version, '-V, --version', 'show the version')
  .helpOption('-h, --help', 'show this help')
  .helpCommand('help [command]', 'show the help of a command')
  .enablePositionalOptions()
  .addCommand(runCommand())
  .addCommand(serveCommand())
  .addCommand(sessionCommand())
  .addCommand(setupCommand())
  .addCommand(doctorCommand());

for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'isol8:')) });
}

try {
  await program.parseAsync();
} catch (error) {
  // What the user can mend is a line each; anything else is a fault of ours, and its stack is needed.
  const expected = [ConfigError, EngineError, CommandError, Isol8Error].some((kind) => error instanceof kind);
  console.error(expected ? inOptions((error as Error).message).replaceAll(/^/gm, 'isol8: ') : error);
  process.exitCode = 1;
}
