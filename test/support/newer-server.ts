import { ServerError, type ServiceImplementation, Status } from 'nice-grpc';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import type { Definition } from '../../src/service/definition.ts';

/** All calls of Isol8Service, each of which says that it is not there: for a server of a test that has some of them. */
export const unimplemented = Object.fromEntries(
  Isol8Service.methods.map(({ localName }) => [
    localName,
    () => {
      throw new ServerError(Status.UNIMPLEMENTED, localName);
    },
  ]),
) as unknown as ServiceImplementation<Definition<typeof Isol8Service>>;
