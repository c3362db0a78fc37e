import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createServer, type Server, ServerError, Status } from 'nice-grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as client from '../../clients/typescript/src/index.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';
import { unimplemented } from '../support/newer-server.ts';

let server: Server;
let isol8: client.Isol8;
let code: Status;
let domain: string;
beforeAll(async () => {
  server = createServer();
  server.add(definitionOf(Isol8Service), {
    ...unimplemented,
    async execute(_request, context) {
      context.header.set('isol8-execution-id', 'an-id');
      context.sendHeader();
      context.trailer.set('grpc-status-details-bin', statusWithEverything());
      throw new ServerError(code, 'what the server says');
    },
  });
  isol8 = new client.Isol8({ address: `127.0.0.1:${await server.listen('127.0.0.1:0')}` });
});
afterAll(async () => {
  isol8.close();
  await server.shutdown();
});

function statusWithEverything(): Uint8Array {
  const packed = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => anyPack(schema, create(schema, init));
  const details = [
    packed(ErrorInfoSchema, { domain, reason: 'A_REASON', metadata: { offset: '4' } }),
    packed(BadRequestSchema, { fieldViolations: [{ field: 'a.b', description: 'is wrong', reason: 'INVALID_FIELD' }] }),
    packed(PreconditionFailureSchema, { violations: [{ type: 't', subject: 's', description: 'd' }] }),
    packed(QuotaFailureSchema, { violations: [{ subject: 'sessions', description: 'used up' }] }),
    packed(RetryInfoSchema, { retryDelay: { seconds: 1n, nanos: 500_000_000 } }),
    packed(ResourceInfoSchema, { resourceType: 'session', resourceName: 'x', description: 'gone' }),
  ];
  return Buffer.from(toBinary(StatusSchema, create(StatusSchema, { details })));
}

async function failure(): Promise<unknown> {
  return await isol8.execute({ runtime: 'bash', code: '1' }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test.each([
  ['INVALID_ARGUMENT', client.InvalidRequestError],
  ['OUT_OF_RANGE', client.InvalidRequestError],
  ['UNAUTHENTICATED', client.UnauthenticatedError],
  ['PERMISSION_DENIED', client.UnauthenticatedError],
  ['NOT_FOUND', client.NotFoundError],
  ['ALREADY_EXISTS', client.AlreadyExistsError],
  ['FAILED_PRECONDITION', client.PreconditionError],
  ['RESOURCE_EXHAUSTED', client.ResourceExhaustedError],
  ['UNIMPLEMENTED', client.UnimplementedError],
  ['UNAVAILABLE', client.UnavailableError],
  ['DEADLINE_EXCEEDED', client.DeadlineExceededError],
  ['CANCELLED', client.CancelledError],
  ['INTERNAL', client.InternalError],
  ['UNKNOWN', client.InternalError],
  ['ABORTED', client.InternalError],
] as const)('%s of isol8 is a $1.name with all that it says', async (name, Family) => {
  code = Status[name];
  domain = 'isol8';
  const error = await failure();
  expect(error).toBeInstanceOf(Family);
  expect(error).toBeInstanceOf(client.Isol8Error);
  expect(error).toMatchObject({
    name: Family.name,
    code: name,
    reason: 'A_REASON',
    message: expect.stringContaining('what the server says'),
    metadata: { offset: '4' },
    violations: [{ field: 'a.b', description: 'is wrong', reason: 'INVALID_FIELD' }],
    preconditions: [{ type: 't', subject: 's', description: 'd' }],
    quotas: [{ subject: 'sessions', description: 'used up' }],
    retryAfterMs: 1_500,
    resource: { type: 'session', name: 'x', description: 'gone' },
    executionId: 'an-id',
  });
});

test('what another service on the way says is not taken for isol8’s', async () => {
  code = Status.UNAVAILABLE;
  domain = 'proxy.example';
  const error = await failure();
  expect(error).toBeInstanceOf(client.ConnectionLostError);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: '', violations: [], executionId: 'an-id' });
});
