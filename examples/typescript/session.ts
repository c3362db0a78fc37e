// A sandbox that stays, with variables and files that live on between turns; what an agent that may run code needs.
// node_modules/.bin/node examples/typescript/session.ts
import { Isol8 } from '../../clients/typescript/src/index.ts';

if (!process.env['ISOL8_API_KEY']) {
  console.error("ISOL8_API_KEY is not set: set it to the server's; without one, the server prints one");
  process.exit(1);
}
using isol8 = new Isol8();
await using session = await isol8.sessions.create({ runtime: 'python', idleTimeoutMs: 600_000 });

await session.files.write('scores.csv', 'Alice,95\nBob,87\n');

const turns = [
  'import csv; scores = {name: int(score) for name, score in csv.reader(open("scores.csv"))}',
  'while True: pass',
  'print(sum(scores.values()) / len(scores))',
  'max(scores, key=scores.get)',
  'scores["Carol"]',
];
const agent = session.context('agent');
for (const code of turns) {
  const result = await agent.execute({ code, policy: { limits: { timeoutMs: 2_000 } } });
  const value = result.displays.map(({ data }) => Buffer.from(data['text/plain'] ?? []).toString()).join(' ');
  const said = [result.stdout.trim(), value, result.error?.name].filter((text) => text).join(' ');
  console.log(`${code.slice(0, 20).padEnd(20)} ${result.outcome} ${said}`.trimEnd());
}
