import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ChannelCredentials, type Client, ClientError, createChannel, createClient, Metadata } from 'nice-grpc';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { AdminService } from '../../gen/isol8/v1/admin_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { type Definition, definitionOf } from '../../src/service/definition.ts';

/** A typed client of `isol8.v1.Isol8Service`. */
export type Isol8Client = Client<Definition<typeof Isol8Service>>;

/** A client and the channel under it. */
export interface TestClient extends Disposable {
  readonly isol8: Isol8Client;
  /** Begins no call any more; those under way go on (rawExecute can be cut). */
  close(): void;
}

/** Connects to a server; every call carries the key. */
export function connect(address: string, apiKey: string): TestClient {
  const channel = createChannel(address, ChannelCredentials.createInsecure(), {
    // Channels of one process share a connection otherwise, and none could be cut alone.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': 4 * 1024 * 1024,
  });
  const metadata = Metadata({ authorization: `Bearer ${apiKey}` });
  const isol8 = createClient(definitionOf(Isol8Service), channel, { '*': { metadata } });
  return { isol8, close: () => channel.close(), [Symbol.dispose]: () => channel.close() };
}

/** Connects to `isol8.v1.AdminService` of a server; every call carries the key. */
export function connectAdmin(address: string, apiKey: string) {
  const channel = createChannel(address, ChannelCredentials.createInsecure());
  const metadata = Metadata({ authorization: `Bearer ${apiKey}` });
  const admin = createClient(definitionOf(AdminService), channel, { '*': { metadata } });
  return { admin, [Symbol.dispose]: () => channel.close() };
}

/** A refusal, taken apart. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  /** Of ErrorInfo; '' without one. */
  readonly reason: string;
  /** Fields of BadRequest. */
  readonly fields: readonly string[];
  /** The same, each with its reason. */
  readonly reasons: readonly (readonly [field: string, reason: string])[];
}

/** What a call is refused with; fails when it is not. */
export async function refusalFrom(
  call: (options: { onTrailer: (trailer: Metadata) => void }) => Promise<unknown>,
): Promise<Refusal> {
  let trailer: Metadata | undefined;
  const onTrailer = (received: Metadata) => {
    trailer = received;
  };
  return await call({ onTrailer }).then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => refusalOf(error, trailer),
  );
}

/** What a call was refused with; rethrows what is no gRPC status. */
export function refusalOf(error: unknown, trailer: Metadata | undefined): Refusal {
  if (!(error instanceof ClientError)) throw error;
  const bytes = trailer?.get('grpc-status-details-bin');
  const details = bytes === undefined ? [] : fromBinary(StatusSchema, bytes as Uint8Array).details;
  const infos = details.flatMap((any) => anyUnpack(any, ErrorInfoSchema) ?? []);
  const violations = details.flatMap((any) => anyUnpack(any, BadRequestSchema)?.fieldViolations ?? []);
  return {
    code: error.code,
    message: error.details,
    reason: infos[0]?.reason ?? '',
    fields: violations.map(({ field }) => field),
    reasons: violations.map(({ field, reason }) => [field, reason]),
  };
}
