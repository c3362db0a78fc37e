// A client in a process of its own, to be killed: node lone-client.ts ADDRESS. Prints what the program says.
import { connect } from './client.ts';
import { clinging, untilReady } from './program.ts';
import { TEST_KEY } from './server.ts';

const [, , address = ''] = process.argv;
const program = await untilReady(connect(address, TEST_KEY), clinging());
process.stdout.write(`ready ${program.uid}\n`);
await program.finished();
