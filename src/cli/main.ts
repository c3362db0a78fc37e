#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { EngineError } from '../engine/errors.ts';
import { CommandError } from '../setup/command.ts';
import { serveCommand } from './commands/serve.ts';
import { setupCommand } from './commands/setup.ts';

const program = new Command('isol8')
  .description('Runs code nobody trusts in Docker sandboxes, over gRPC')
  .addCommand(serveCommand())
  .addCommand(setupCommand());

try {
  await program.parseAsync();
} catch (error) {
  // What the user can mend is a line; anything else is a fault of ours, and its stack is needed.
  const expected = [ConfigError, EngineError, CommandError].some((kind) => error instanceof kind);
  console.error(expected ? `isol8: ${(error as Error).message}` : error);
  process.exitCode = 1;
}
