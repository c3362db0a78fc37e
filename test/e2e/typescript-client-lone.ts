// A process that streams until it is ended: node typescript-client-lone.ts. Prints what the program says.
import { Isol8 } from '../../clients/typescript/src/index.ts';
import { CLINGING } from '../support/program.ts';

using isol8 = new Isol8();
const policy = { limits: { timeoutMs: 300_000 } };
for await (const event of isol8.executeStream({ runtime: 'bash', code: CLINGING, arguments: ['0'], policy })) {
  if (event.type === 'stdout') process.stdout.write(event.data);
}
