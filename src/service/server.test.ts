import { createClient, Metadata, Status } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HealthCheckResponse_ServingStatus as Serving } from '../../gen/grpc/health/v1/health_pb.ts';
import { Outcome, OutputStream, Phase } from '../../gen/isol8/v1/execution_pb.ts';
import { EngineError } from '../engine/errors.ts';
import type { ExecutionEventBody } from '../engine/types.ts';
import { adminDefinition } from './admin-service.ts';
import { healthDefinition } from './health.ts';
import { reflectionDefinitions } from './reflection.ts';
import { clientOf, failureOf, KEY, RESULT, ScriptedEngine, serveScripted, type TestServer } from './test-support.ts';

let engine: ScriptedEngine;
let running: TestServer;
beforeEach(async () => {
  engine = new ScriptedEngine();
  running = await serveScripted(engine);
});
afterEach(() => running[Symbol.asyncDispose]());

const hello = { runtime: 'python', source: { case: 'code' as const, value: 'print("never logged")' } };

describe('executions', () => {
  test('Execute answers with everything, and with its id at once', async () => {
    const released = Promise.withResolvers<void>();
    engine.script = async function* (): AsyncGenerator<ExecutionEventBody> {
      yield { kind: 'text', stream: 'STDOUT', text: 'hi\n' };
      await released.promise;
      yield { kind: 'finished', result: RESULT };
    };
    const header = Promise.withResolvers<Metadata>();
    const call = clientOf(running.channel).execute(hello, { onHeader: header.resolve });
    expect((await header.promise).get('isol8-execution-id')).toBe('exec-1');
    released.resolve();
    expect(await call).toMatchObject({ stdout: 'hi\n', outcome: Outcome.EXITED, exitCode: 0, phase: Phase.RUN });
    expect(engine.requests).toMatchObject([{ tenant: 'default', runtime: 'python' }]);
  });

  test('ExecuteStream tells events in their order, finished last', async () => {
    engine.script = () => [
      { kind: 'phase', phase: 'RUN' },
      { kind: 'data', stream: 'STDERR', data: Uint8Array.of(255) },
      { kind: 'finished', result: RESULT },
    ];
    const events = [];
    for await (const { event } of clientOf(running.channel).executeStream({ execute: hello })) events.push(event);
    expect(events.map((event) => [event?.sequence, event?.event.case])).toEqual([
      [1n, 'phase'],
      [2n, 'output'],
      [3n, 'finished'],
    ]);
    expect(events[1]?.event.value).toMatchObject({ stream: OutputStream.STDERR, content: { case: 'data' } });
  });

  test.each(['deadline', 'cancel', 'early return'])('the end of the call (%s) reaches the engine', async (how) => {
    const aborted = Promise.withResolvers<void>();
    engine.script = async function* (signal): AsyncGenerator<ExecutionEventBody> {
      signal.addEventListener('abort', () => aborted.resolve());
      yield { kind: 'text', stream: 'STDOUT', text: 'a' };
      await aborted.promise;
      yield { kind: 'finished', result: RESULT };
    };
    const controller = new AbortController();
    const metadata = Metadata({
      authorization: `Bearer ${KEY}`,
      ...(how === 'deadline' && { 'grpc-timeout': '200m' }),
    });
    const call = clientOf(running.channel).executeStream({ execute: hello }, { signal: controller.signal, metadata });
    const read = async () => {
      for await (const { event } of call) {
        if (event === undefined) continue;
        if (how === 'early return') break;
        if (how === 'cancel') controller.abort();
      }
    };
    if (how === 'early return') await read();
    else await expect(read()).rejects.toThrow();
    await aborted.promise;
  });

  test('a slow reader holds the engine back', async () => {
    let produced = 0;
    engine.script = function* (): Generator<ExecutionEventBody> {
      for (; produced < 2000; produced += 1) yield { kind: 'text', stream: 'STDOUT', text: 'x'.repeat(16_384) };
      yield { kind: 'finished', result: RESULT };
    };
    const stream = clientOf(running.channel).executeStream({ execute: hello })[Symbol.asyncIterator]();
    await stream.next();
    let before = -1;
    while (before !== produced) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(produced).toBeLessThan(500);
    await stream.return?.();
  });

  test('CancelExecution and GetServerInfo', async () => {
    const client = clientOf(running.channel);
    await client.cancelExecution({ execution: { case: 'executionId', value: 'exec-1' } });
    expect(engine.cancelled).toEqual(['exec-1']);
    expect(await client.getServerInfo({})).toMatchObject({ containerEngine: { cgroupVersion: 2 } });
  });
});

describe('refusals', () => {
  test('every wrong field is named at once', async () => {
    const request = { ...hello, requestId: 'r', stdinMode: 77 as never };
    const failure = await failureOf((onTrailer) => clientOf(running.channel).execute(request, { onTrailer }));
    expect(failure).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      details: { ErrorInfo: { domain: 'isol8', reason: 'INVALID_FIELD' } },
    });
    expect(failure.details['BadRequest'].fieldViolations).toMatchObject([
      { field: 'stdin_mode', reason: 'INVALID_FIELD' },
      { field: 'request_id', reason: 'NOT_IMPLEMENTED' },
    ]);
    expect(failure.message).toMatch(/^stdin_mode: .*; request_id: /);
    expect(engine.requests).toEqual([]);
  });

  test('calls that are not built say so', async () => {
    const client = clientOf(running.channel);
    const admin = createClient(adminDefinition, running.channel, {
      '*': { metadata: Metadata({ authorization: `Bearer ${KEY}` }) },
    });
    const expected = { code: Status.UNIMPLEMENTED, details: { ErrorInfo: { reason: 'NOT_IMPLEMENTED' } } };
    expect(await failureOf((onTrailer) => client.listExecutions({}, { onTrailer }))).toMatchObject(expected);
    expect(await failureOf((onTrailer) => admin.drain({}, { onTrailer }))).toMatchObject(expected);
    const watch = client.watchExecution.bind(client);
    const read = async (onTrailer: (trailer: Metadata) => void) => {
      for await (const _ of watch({}, { onTrailer }));
    };
    expect(await failureOf(read)).toMatchObject(expected);
  });

  test.each([
    ['', 'API_KEY_MISSING'],
    ['wrong', 'API_KEY_INVALID'],
  ])('the key %j is refused: %s', async (key, reason) => {
    const failure = await failureOf((onTrailer) => clientOf(running.channel, key).execute(hello, { onTrailer }));
    expect(failure).toMatchObject({ code: Status.UNAUTHENTICATED, details: { ErrorInfo: { reason } } });
    expect(engine.requests).toEqual([]);
  });

  test('a request that is too large is refused with the limit', async () => {
    await using small = await serveScripted(engine, { ISOL8_MAX_REQUEST_BYTES: '65536' });
    const request = { ...hello, stdin: new Uint8Array(70_000) };
    const failure = await failureOf((onTrailer) => clientOf(small.channel).execute(request, { onTrailer }));
    expect(failure).toMatchObject({
      code: Status.RESOURCE_EXHAUSTED,
      message: expect.stringContaining('65536'),
      details: { ErrorInfo: { reason: 'REQUEST_TOO_LARGE' }, QuotaFailure: {} },
    });
  });

  test('a fault of ours is INTERNAL with a fixed text; the cause is in the log', async () => {
    engine.refusal = new Error('secret path');
    const failure = await failureOf((onTrailer) => clientOf(running.channel).execute(hello, { onTrailer }));
    expect(failure).toMatchObject({ code: Status.INTERNAL, details: { ErrorInfo: { reason: 'INTERNAL' } } });
    expect(JSON.stringify(failure, (_, v) => (typeof v === 'bigint' ? `${v}` : v))).not.toContain('secret path');
    expect(running.lines.join('')).toContain('secret path');
  });

  test('thousands of violations, and text that is no line, still make a status', async () => {
    const violations = Array.from({ length: 5000 }, (_, i) => ({
      field: `env["${i}"]`,
      description: '\ud800\n'.repeat(500),
    }));
    engine.refusal = new EngineError('INVALID_FIELD', 'x\ud800\n'.repeat(5000), { violations });
    const failure = await failureOf((onTrailer) => clientOf(running.channel).execute(hello, { onTrailer }));
    expect(failure).toMatchObject({
      code: Status.INVALID_ARGUMENT,
      details: { ErrorInfo: { reason: 'INVALID_FIELD' } },
    });
  });

  test('each call is one line in the log, without what was sent', async () => {
    await clientOf(running.channel).execute(hello);
    for await (const _ of clientOf(running.channel).executeStream({ execute: hello }));
    await failureOf((onTrailer) => clientOf(running.channel).execute({ ...hello, image: 'x' }, { onTrailer }));
    await failureOf((onTrailer) => clientOf(running.channel, 'wrong').execute(hello, { onTrailer }));
    const lines = running.lines.map((line) => JSON.parse(line)).filter((line) => line.msg === 'call');
    expect(lines).toMatchObject([
      { method: '/isol8.v1.Isol8Service/Execute', code: 'OK', executionId: 'exec-1', outcome: 'EXITED' },
      { method: '/isol8.v1.Isol8Service/ExecuteStream', code: 'OK', executionId: 'exec-1', outcome: 'EXITED' },
      { method: '/isol8.v1.Isol8Service/Execute', code: 'UNIMPLEMENTED', reason: 'NOT_IMPLEMENTED' },
      { method: '/isol8.v1.Isol8Service/Execute', code: 'UNAUTHENTICATED', reason: 'API_KEY_INVALID' },
    ]);
    expect(running.lines.join('')).not.toMatch(/never logged|wrong|Bearer/);
  });
});

describe('health and reflection, without a key', () => {
  test('health follows the engine, for each service, and a watcher hears the end', async () => {
    const health = createClient(healthDefinition, running.channel);
    expect(await health.check({})).toMatchObject({ status: Serving.SERVING });
    const service = 'isol8.v1.Isol8Service';
    engine.healthy = false;
    expect(await health.check({ service })).toMatchObject({ status: Serving.NOT_SERVING });
    expect(await failureOf(() => health.check({ service: 'nobody' }))).toMatchObject({ code: Status.NOT_FOUND });
    engine.healthy = true;

    const seen: number[] = [];
    const first = Promise.withResolvers<void>();
    const watching = (async () => {
      for await (const { status } of health.watch({ service })) {
        seen.push(status);
        first.resolve();
      }
    })();
    await first.promise;
    await running.server[Symbol.asyncDispose]();
    await watching;
    expect(seen).toEqual([Serving.SERVING, Serving.NOT_SERVING]);
  });

  test.each(reflectionDefinitions)('reflection describes services and their messages', async (definition) => {
    const reflection = createClient(definition, running.channel);
    async function* ask() {
      yield { messageRequest: { case: 'listServices' as const, value: '' } };
      yield { messageRequest: { case: 'fileContainingSymbol' as const, value: 'isol8.v1.Isol8Service.Execute' } };
      yield { messageRequest: { case: 'fileByFilename' as const, value: 'google/protobuf/duration.proto' } };
      yield { messageRequest: { case: 'fileContainingSymbol' as const, value: 'isol8.guest.v1.GuestService' } };
    }
    const answers = [];
    for await (const { messageResponse } of reflection.serverReflectionInfo(ask())) answers.push(messageResponse.case);
    expect(answers).toEqual([
      'listServicesResponse',
      'fileDescriptorResponse',
      'fileDescriptorResponse',
      'errorResponse',
    ]);
  });
});
