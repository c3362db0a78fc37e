import type { ServiceImplementation } from 'nice-grpc';
import { AdminService } from '../../gen/isol8/v1/admin_pb.ts';
import type { Engine } from '../engine/types.ts';
import { toPoolStatus } from './convert/pool-status.ts';
import { fromSelfTestRequest, toSelfTestResponse } from './convert/self-test.ts';
import { type Definition, definitionOf } from './definition.ts';
import type { Caller } from './interceptors/context.ts';
import { unimplemented } from './unimplemented.ts';

/** `isol8.v1.AdminService`. */
export const adminDefinition = definitionOf(AdminService);

/** The handlers of what is built. */
export function createAdminService(engine: Engine): ServiceImplementation<Definition<typeof AdminService>, Caller> {
  return {
    ...unimplemented(AdminService),

    async getPoolStatus() {
      return { pools: engine.poolStatus().map(toPoolStatus) };
    },

    async runSelfTest(message, { signal, grant }) {
      const { request, violations } = fromSelfTestRequest(message, grant);
      return toSelfTestResponse(await engine.selfTest(request, signal, violations));
    },
  };
}
