import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition } from 'nice-grpc';
import { countFields, MAX_FIELDS } from './field-count.ts';

type ClientStreams<M extends DescMethod> = M['methodKind'] extends 'client_streaming' | 'bidi_streaming' ? true : false;
type ServerStreams<M extends DescMethod> = M['methodKind'] extends 'server_streaming' | 'bidi_streaming' ? true : false;

/** A nice-grpc service definition with the types of a generated service. */
export type Definition<S extends DescService> = {
  [K in keyof S['method']]: MethodDefinition<
    MessageInitShape<S['method'][K]['input']>,
    MessageShape<S['method'][K]['input']>,
    MessageInitShape<S['method'][K]['output']>,
    MessageShape<S['method'][K]['output']>,
    ClientStreams<S['method'][K]>,
    ServerStreams<S['method'][K]>
  >;
};

/**
 * Makes a service that protobuf-es generated known to nice-grpc, for servers and clients.
 *
 * @param typeName serves it under another name (a service that is published as v1 and as v1alpha)
 */
export function definitionOf<S extends DescService>(service: S, typeName: string = service.typeName): Definition<S> {
  const methods = service.methods.map((method) => [
    method.localName,
    {
      path: `/${typeName}/${method.name}`,
      requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
      responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
      ...codec('request', method.input),
      ...codec('response', method.output),
      options: {},
    },
  ]);
  return Object.fromEntries(methods) as Definition<S>;
}

function codec(side: 'request' | 'response', schema: DescMessage) {
  return {
    [`${side}Serialize`]: (message: MessageInitShape<typeof schema>) => toBinary(schema, create(schema, message)),
    [`${side}Deserialize`]: (bytes: Uint8Array) => {
      if (side === 'request' && countFields(schema, bytes) > MAX_FIELDS) throw new RangeError('too many fields');
      return fromBinary(schema, bytes);
    },
  };
}
