import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type CallOptions, ClientError, createChannel, createClient, Metadata, Status } from 'nice-grpc';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { definitionOf } from '../../src/service/definition.ts';

/** Calls isol8 over a channel of its own, which `using` closes. */
export function connect(address: string, apiKey: string) {
  const channel = createChannel(address);
  const metadata = Metadata({ authorization: `Bearer ${apiKey}` });
  return {
    isol8: createClient(definitionOf(Isol8Service), channel, { '*': { metadata } }),
    [Symbol.dispose]: () => channel.close(),
  };
}

/** All calls of Isol8Service. */
export type Client = ReturnType<typeof connect>['isol8'];

/** What a refused call says for a program to read. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
}

/** Makes a call that should be refused; undefined when it was not. */
export async function refusalOf(call: (options: CallOptions) => Promise<unknown>): Promise<Refusal | undefined> {
  let trailer: Metadata | undefined;
  try {
    await call({
      onTrailer: (received) => {
        trailer = received;
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const bytes = trailer?.get('grpc-status-details-bin');
    const { details } = fromBinary(StatusSchema, bytes instanceof Uint8Array ? bytes : new Uint8Array());
    const info = details.map((any) => anyUnpack(any, ErrorInfoSchema)).find((found) => found !== undefined);
    const bad = details.map((any) => anyUnpack(any, BadRequestSchema)).find((found) => found !== undefined);
    return { code: Status[error.code], reason: info?.reason ?? '', violations: bad?.fieldViolations ?? [] };
  }
}
