// Runs a program in a sandbox and prints what it writes while it writes it.
// node_modules/.bin/node examples/typescript/hello.ts
//
// In a project of your own, the client is the package @isol8/client.
import { Isol8, Isol8Error } from '../../clients/typescript/src/index.ts';

using isol8 = new Isol8();

const code = 'for (const word of ["Hello", "from", "a", "sandbox"]) console.log(word);';
try {
  for await (const event of isol8.executeStream({ runtime: 'node', code })) {
    if (event.type === 'stdout' || event.type === 'stderr') process[event.type].write(event.data);
    if (event.type === 'exit') process.exitCode = event.exitCode ?? 1;
  }
} catch (error) {
  if (!(error instanceof Isol8Error)) throw error;
  // No server, or another key: it says what to do.
  console.error(error.message);
  process.exitCode = 1;
}
