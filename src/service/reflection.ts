import { readFileSync } from 'node:fs';
import {
  create,
  createFileRegistry,
  type DescFile,
  type FileRegistry,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { type ServiceImplementation, Status } from 'nice-grpc';
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from '../../gen/grpc/reflection/v1/reflection_pb.ts';
import { type Definition, definitionOf } from './definition.ts';

type Answer = Exclude<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse'], undefined>;

/** Reflection under both of its names: the messages are the same, and tools in use ask for one or the other. */
export const reflectionDefinitions: readonly Definition<typeof ServerReflection>[] = [
  definitionOf(ServerReflection),
  definitionOf(ServerReflection, 'grpc.reflection.v1alpha.ServerReflection'),
];

/** What `buf build` wrote: a FileDescriptorSet. */
const descriptors = new URL('../../gen/descriptors.binpb', import.meta.url);

/** Describes these services, and every message they use, to tools like grpcurl. */
export function createReflection(
  services: readonly string[],
): ServiceImplementation<Definition<typeof ServerReflection>> {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const messageResponse = answer(request, registry, services);
        yield create(ServerReflectionResponseSchema, {
          validHost: request.host,
          originalRequest: request,
          messageResponse,
        });
      }
    },
  };
}

function answer(request: ServerReflectionRequest, registry: FileRegistry, services: readonly string[]): Answer {
  const { messageRequest: asked } = request;
  switch (asked.case) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
    case 'fileByFilename':
      return describe(registry.getFile(asked.value), asked.value);
    case 'fileContainingSymbol':
      return describe(fileOf(registry, asked.value), asked.value);
    default:
      return failure(Status.UNIMPLEMENTED, 'there are no extensions here');
  }
}

/** A symbol is a type, or a member of one: a method, a field, an enum's value. */
function fileOf(registry: FileRegistry, symbol: string): DescFile | undefined {
  const type = registry.get(symbol) ?? registry.get(symbol.replace(/\.[^.]*$/, ''));
  return type?.file;
}

function describe(file: DescFile | undefined, name: string): Answer {
  if (file === undefined) return failure(Status.NOT_FOUND, `nothing here is called ${name}`);
  const value = { fileDescriptorProto: [toBinary(FileDescriptorProtoSchema, file.proto)] };
  return { case: 'fileDescriptorResponse', value };
}

function failure(errorCode: Status, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
