import { defineConfig } from 'vitest/config';

/** Three sizes: unit needs no Docker; integration and e2e bring their own (test/support). */
export default defineConfig({
  test: {
    projects: [
      // Properties are tried a hundred times and more, on a busy machine too.
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'test/bench/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
