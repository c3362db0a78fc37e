// Runs a program in a sandbox and prints what it writes while it writes it.
// ISOL8_API_KEY=… node examples/typescript/hello.ts
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { OutputStream } from '../../gen/isol8/v1/execution_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';

const channel = createChannel(process.env['ISOL8_LISTEN'] ?? '127.0.0.1:50051');
const metadata = Metadata({ authorization: `Bearer ${process.env['ISOL8_API_KEY']}` });
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
