import { LIBC_VARIABLES, type Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** Bun, which takes TypeScript and JavaScript. It is told not to look for missing packages, as there is no network. */
export const bun: Runtime = {
  name: 'bun',
  image: 'isol8/bun:latest',
  mainFile: 'main.ts',
  interpreter: ['bun', 'run', '--no-install'],
  environment: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' },
  hot: {
    hook: 'bun',
    coldVariables: new RegExp(`^(BUN_|NODE_|UV_|NO_COLOR$|FORCE_COLOR$|${LIBC_VARIABLES})`),
    coldFiles: /^(bunfig\.toml|package\.json|tsconfig\.json|jsconfig\.json|\.env.*|\.npmrc)$/,
    sizedAtBoot: true,
  },
  memoryFloorBytes: 96 * MIB,
};
