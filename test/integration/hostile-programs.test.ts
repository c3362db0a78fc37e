import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { program } from '../support/collect.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { EXHAUSTION } from './hostile-programs/exhaustion.ts';
import { FILES } from './hostile-programs/files.ts';
import { GUEST } from './hostile-programs/guest.ts';
import { STREAMS } from './hostile-programs/streams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

describe.concurrent('a program that means harm has a typed outcome, and the next one runs', () => {
  test.each([...EXHAUSTION, ...STREAMS, ...GUEST, ...FILES])(
    '$name',
    async ({ request, outcome, exitCode, stdout, oomKills, missing, files, reason }) => {
      const { isol8 } = server.client;
      const answer = await isol8.execute(request);
      const summary = `${answer.outcome} ${answer.exitCode} ${answer.message} ${answer.stderr.slice(0, 1000)}`;
      expect(answer.outcome, summary).toBe(outcome);
      if (exitCode !== undefined) expect(answer.exitCode, summary).toBe(exitCode);
      if (typeof stdout === 'string') expect(answer.stdout.replace(/\n$/, ''), summary).toBe(stdout);
      if (stdout instanceof RegExp) expect(answer.stdout, summary).toMatch(stdout);
      if (oomKills === true) expect(Number(answer.usage?.oomKills)).toBeGreaterThan(0);
      if (files !== undefined) expect(answer.files.map(({ path }) => path).sort()).toEqual(files);
      if (missing !== undefined) expect(answer.missingOutputPaths.map(({ path }) => path).sort()).toEqual(missing);
      if (reason !== undefined) expect(answer.missingOutputPaths.map((path) => path.reason)).toContain(reason);

      const next = await isol8.execute(program('bash', 'echo next'));
      expect(next).toMatchObject({ outcome: Outcome.EXITED, stdout: 'next\n' });
    },
  );
});
