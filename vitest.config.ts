import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Lists of faults are told whole.
    chaiConfig: { truncateThreshold: 4_000 },
    pool: 'forks',
    // Tests wait for processes and servers more than they compute.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
