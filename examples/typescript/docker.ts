// The same classes as in the library that isol8 took its name from, with the engine in this process: no server to start.
// node_modules/.bin/node examples/typescript/docker.ts
import { DockerIsol8 } from 'isol8';

const isol8 = new DockerIsol8({ mode: 'persistent', network: 'none', memoryLimit: '256m', timeoutMs: 15_000 });
await isol8.start();
try {
  await isol8.execute({ runtime: 'python', code: "open('/sandbox/turn.txt', 'w').write('one')" });
  const result = await isol8.execute({ runtime: 'python', code: "print(open('/sandbox/turn.txt').read(), 'two')" });
  console.log(result.stdout.trimEnd(), result.exitCode, result.truncated);
  for await (const event of isol8.executeStream({ runtime: 'python', code: 'print(2 ** 8)' })) {
    if (event.type === 'stdout') process.stdout.write(event.data);
    if (event.type === 'exit') console.log(`exit ${event.data}`);
  }
  await isol8.putFile('/sandbox/in.txt', 'from outside');
  console.log((await isol8.getFile('/sandbox/in.txt')).toString());
} finally {
  await isol8.stop();
}
