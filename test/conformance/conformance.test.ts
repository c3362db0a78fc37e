import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import type { Case } from './case.ts';
import { runCase } from './run-case.ts';
import type { Way } from './way.ts';
import { grpcurlWay } from './ways/grpcurl.ts';
import { pythonAsyncWay, pythonWay } from './ways/python.ts';
import { stubWay } from './ways/stub.ts';
import { typescriptWay } from './ways/typescript.ts';

/** Every way to call is held to every case; all at once, since most of a case is waiting. */
const WAYS: Readonly<Record<string, (address: string, key: string) => Way | Promise<Way>>> = {
  stub: stubWay,
  grpcurl: grpcurlWay,
  typescript: typescriptWay,
  python: pythonWay,
  'python-async': pythonAsyncWay,
};

/** For whoever works on one: `TEST_WAYS=stub,grpcurl`. */
const chosen = process.env['TEST_WAYS']?.split(',') ?? Object.keys(WAYS);

const folder = new URL('cases/', import.meta.url);
const files = readdirSync(folder).sort();

let server: TestServer;
const ways = new Map<string, Way>();
beforeAll(async () => {
  server = await startTestServer();
  for (const name of chosen) {
    const open = WAYS[name];
    if (open === undefined) throw new Error(`there is no way ${name}`);
    ways.set(name, await open(server.address, TEST_KEY));
  }
});
afterAll(async () => {
  for (const way of ways.values()) await way[Symbol.asyncDispose]();
  await server.settled();
  await server[Symbol.asyncDispose]();
});

describe.each(files)('%s', (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[];
  test.each(cases)('$id $title', async (one) => {
    const runs = await Promise.allSettled([...ways.values()].map((way) => runCase(way, one)));
    const failed = [...ways.keys()].flatMap((name, i) => (runs[i]?.status === 'rejected' ? { name, ...runs[i] } : []));
    const [first, ...more] = failed;
    if (first === undefined) return;
    // Its place and its difference are shown by the error itself.
    const { reason } = first as { reason: unknown };
    if (reason instanceof Error) reason.message = `${failed.map(({ name }) => name).join(', ')}: ${reason.message}`;
    for (const { name, reason: other } of more) console.error(`${one.id} ${name}: ${other}`);
    throw reason;
  });
});
