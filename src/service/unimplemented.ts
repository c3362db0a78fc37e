import type { DescService } from '@bufbuild/protobuf';
import { EngineError } from '../engine/errors.ts';

/**
 * Handlers for the calls of a service that are not built: each refuses with NOT_IMPLEMENTED and its name. nice-grpc
 * wants a handler for every call, and its own answer would have no ErrorInfo.
 */
export function unimplemented<S extends DescService>(service: S): { [K in keyof S['method']]: () => never } {
  const handlers = service.methods.map(({ localName, name }) => [
    localName,
    () => {
      throw new EngineError('NOT_IMPLEMENTED', `${name} is not implemented by this version`, {
        metadata: { method: `${service.typeName}/${name}` },
      });
    },
  ]);
  return Object.fromEntries(handlers);
}
