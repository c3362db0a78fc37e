import { connect } from 'node:http2';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ExecuteRequestSchema } from '../../gen/isol8/v1/execution_pb.ts';
import { TEST_KEY } from './server.ts';

/** Execute on a connection of its own, without a client's manners: it cancels nothing by itself. */
export interface RawCall {
  /** The gRPC status, when the server has answered. */
  readonly status: Promise<number>;
  /** Cuts the connection, with the call on it. */
  cut(): void;
}

/** @param timeout in the form of the header `grpc-timeout`: "6S" */
export function rawExecute(
  address: string,
  request: MessageInitShape<typeof ExecuteRequestSchema>,
  timeout?: string,
): RawCall {
  const session = connect(`http://${address}`);
  const call = session.request({
    ':method': 'POST',
    ':path': '/isol8.v1.Isol8Service/Execute',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${TEST_KEY}`,
    ...(timeout === undefined ? {} : { 'grpc-timeout': timeout }),
  });
  const { promise: status, resolve } = Promise.withResolvers<number>();
  const look = (headers: Record<string, unknown>) => {
    if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']));
  };
  call
    .on('response', look)
    .on('trailers', look)
    .on('error', () => {})
    .resume();
  const message = toBinary(ExecuteRequestSchema, create(ExecuteRequestSchema, request));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  call.end(Buffer.concat([prefix, message]));
  return { status, cut: () => session.destroy() };
}
