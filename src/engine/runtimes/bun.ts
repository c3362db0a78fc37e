import type { Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** Bun, which takes TypeScript and JavaScript. It is told not to look for missing packages, as there is no network. */
export const bun: Runtime = {
  name: 'bun',
  image: 'isol8/bun:latest',
  mainFile: 'main.ts',
  interpreter: ['bun', 'run', '--no-install'],
  environment: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' },
  hook: 'bun',
  sizedAtBoot: true,
  memoryFloorBytes: 96 * MIB,
};
