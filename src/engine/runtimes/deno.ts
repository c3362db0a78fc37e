import type { Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** Deno, which takes TypeScript and JavaScript. The sandbox is what confines it, so its own permissions are all granted. */
export const deno: Runtime = {
  name: 'deno',
  image: 'isol8/deno:latest',
  mainFile: 'main.ts',
  interpreter: ['deno', 'run', '--allow-all', '--quiet', '--no-remote'],
  // Deno colours its errors even where no terminal is.
  environment: { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', DENO_DIR: '/tmp/.deno' },
  hook: 'deno',
  sizedAtBoot: true,
  memoryFloorBytes: 96 * MIB,
};
