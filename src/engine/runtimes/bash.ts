import type { Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** GNU bash with Debian's everyday tools. */
export const bash: Runtime = {
  name: 'bash',
  image: 'isol8/bash:latest',
  mainFile: 'main.sh',
  interpreter: ['bash'],
  environment: {},
  hook: '',
  sizedAtBoot: false,
  memoryFloorBytes: 8 * MIB,
};
