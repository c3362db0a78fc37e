import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AdminService } from '../../gen/isol8/v1/admin_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { EngineError } from '../engine/errors.ts';
import { createAdminService } from './admin-service.ts';
import { createIsol8Service } from './isol8-service.ts';
import { ScriptedEngine } from './test-support.ts';

/** What is not built refuses at once, before it looks at anything. */
function isBuilt(handler: unknown): boolean {
  try {
    const answer = (handler as () => unknown)();
    if (answer instanceof Promise) answer.catch(() => {});
    return true;
  } catch (error) {
    return !(error instanceof EngineError && error.reason === 'NOT_IMPLEMENTED');
  }
}

test.each([
  ['service', Isol8Service, createIsol8Service(new ScriptedEngine())],
  ['admin', AdminService, createAdminService(new ScriptedEngine())],
])('%s.proto says of each call whether it is built', (name, service, handlers) => {
  const proto = readFileSync(new URL(`../../proto/isol8/v1/${name}.proto`, import.meta.url), 'utf8');
  const marked = [...proto.matchAll(/^ {2}\/\/ Not in \S+: answers NOT_IMPLEMENTED\.\n {2}rpc (\w+)\(/gm)];
  const unbuilt = service.methods.filter(({ localName }) => !isBuilt(handlers[localName as keyof typeof handlers]));
  expect(marked.map(([, method]) => method)).toEqual(unbuilt.map((method) => method.name));
});
