import type { ServiceImplementation } from 'nice-grpc';
import { AdminService } from '../../gen/isol8/v1/admin_pb.ts';
import { type Definition, definitionOf } from './definition.ts';
import { unimplemented } from './unimplemented.ts';

/** `isol8.v1.AdminService`. */
export const adminDefinition = definitionOf(AdminService);

/** The handlers; none is built yet. */
export function createAdminService(): ServiceImplementation<Definition<typeof AdminService>> {
  return unimplemented(AdminService);
}
