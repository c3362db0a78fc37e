import type { Runtime } from './runtime.ts';

const MIB = 1024 * 1024;

/** CPython of Debian. Unbuffered, so that a stream shows each line when it is printed and a killed program loses none. */
export const python: Runtime = {
  name: 'python',
  image: 'isol8/python:latest',
  mainFile: 'main.py',
  interpreter: ['python3', '-u'],
  environment: {},
  hook: 'python',
  sizedAtBoot: false,
  memoryFloorBytes: 16 * MIB,
};
