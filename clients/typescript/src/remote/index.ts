export * from '../errors.ts';
export { Isol8Engine } from './engine.ts';
export { RemoteIsol8, type RemoteOptions } from './remote.ts';
export type * from './types.ts';
