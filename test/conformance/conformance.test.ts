import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Case } from './case.ts';
import { check } from './check.ts';
import { observe } from './run-case.ts';

const folder = new URL('cases/', import.meta.url);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

describe.each(readdirSync(folder).sort())('%s', (name) => {
  const cases = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Case[];
  test.each(cases)('$id $title', async ({ steps, stream = false, parallel = false, repeat = 1 }) => {
    const run = async (step: (typeof steps)[number]) => check(await observe(server.client, step, stream), step.expect);
    for (let i = 0; i < repeat; i++) {
      if (parallel) await Promise.all(steps.map(run));
      else for (const step of steps) await run(step);
    }
  });
});
