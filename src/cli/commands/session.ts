import { Command } from 'commander';
import { type Reachable, reachable, reachServer } from '../reach.ts';

/** `isol8 session`: the sessions of a server. */
export function sessionCommand(): Command {
  return new Command('session')
    .description('list and delete the sessions of a server')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addCommand(
      reachable(new Command('list'))
        .description('list the sessions of the key, newest first')
        .option('--json', 'print JSON')
        .action(list),
    )
    .addCommand(
      reachable(new Command('delete'))
        .description('end sessions; those that are gone are no error')
        .argument('<id...>', 'which')
        .action(remove),
    );
}

async function list({ json, ...server }: Reachable & { readonly json?: boolean }): Promise<void> {
  await using reached = await reachServer(server);
  const found = await Array.fromAsync(reached.isol8.sessions.list({ states: ['STARTING', 'READY', 'ENDING'] }));
  const sessions = found.map(({ info }) => info);
  if (json) {
    process.stdout.write(`${JSON.stringify(sessions, null, 2)}\n`);
    return;
  }
  for (const { sessionId, runtime, state, expireTime, executions } of sessions) {
    const facts = [runtime, state, `${executions} executions`, `until ${expireTime?.toISOString() ?? 'it is deleted'}`];
    process.stdout.write(`${[sessionId, ...facts].join('  ')}\n`);
  }
}

async function remove(ids: readonly string[], server: Reachable): Promise<void> {
  await using reached = await reachServer(server);
  for (const id of ids) await reached.isol8.sessions.delete(id);
}
