import type { Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** Node.js. It finds out by itself whether code is CommonJS or an ES module; the warning about having to is turned off. */
export const node: Runtime = {
  name: 'node',
  image: 'isol8/node:latest',
  mainFile: 'main.js',
  interpreter: ['node', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
  environment: {},
  hook: 'node',
  sizedAtBoot: true,
  memoryFloorBytes: 64 * MIB,
};
