import type { ServerMiddleware } from 'nice-grpc';
import type { Grant } from '../../engine/types.ts';
import type { Caller } from './context.ts';

/** There is one key, so there is one tenant. */
const TENANT = 'default';

/**
 * Says whose a call is, and what that caller may ask for. What comes this far has shown its key, or needs none
 * (`requireKey`).
 */
export function tenant(grant: Grant | undefined): ServerMiddleware<Caller> {
  return async function* tenantMiddleware(call, context) {
    const open = call.method.path.startsWith('/grpc.');
    return yield* call.next(call.request, { ...context, tenant: open ? '' : TENANT, grant });
  };
}
