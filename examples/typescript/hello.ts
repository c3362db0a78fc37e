// Runs a program in a sandbox and prints what it writes while it writes it.
// node_modules/.bin/node examples/typescript/hello.ts
//
// There is no package for TypeScript yet. For a project of your own, copy `gen` and `src/service/definition.ts` with
// what it imports, and add nice-grpc and @bufbuild/protobuf.
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { OutputStream } from '../../gen/isol8/v1/execution_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';

const key = process.env['ISOL8_API_KEY'];
if (!key) {
  console.error("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one");
  process.exit(1);
}
const channel = createChannel(process.env['ISOL8_ADDRESS'] ?? '127.0.0.1:50051');
const metadata = Metadata({ authorization: `Bearer ${key}` });
const isol8 = createClient(definitionOf(Isol8Service), channel, { '*': { metadata } });

const code = 'for (const word of ["Hello", "from", "a", "sandbox"]) console.log(word);';
for await (const { event } of isol8.executeStream({
  execute: { runtime: 'node', source: { case: 'code', value: code } },
})) {
  if (event?.event.case === 'output') {
    const { stream, content } = event.event.value;
    (stream === OutputStream.STDERR ? process.stderr : process.stdout).write(content.value ?? '');
  }
  if (event?.event.case === 'finished') process.exitCode = event.event.value.exitCode ?? 1;
}
channel.close();
