// Runs a program in a sandbox and prints what it writes while it writes it.
// node_modules/.bin/node examples/typescript/hello.ts
//
// In a project of your own, the client is the package @isol8/client.
import { Isol8 } from '../../clients/typescript/src/index.ts';

if (!process.env['ISOL8_API_KEY']) {
  console.error("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one");
  process.exit(1);
}
using isol8 = new Isol8();

const code = 'for (const word of ["Hello", "from", "a", "sandbox"]) console.log(word);';
for await (const event of isol8.executeStream({ runtime: 'node', code })) {
  if (event.type === 'stdout' || event.type === 'stderr') process[event.type].write(event.data);
  if (event.type === 'exit') process.exitCode = event.exitCode ?? 1;
}
