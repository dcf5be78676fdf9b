import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // Two workers: the gateway's usual machine has few cores, and the long tests each fill one.
    maxWorkers: 2,
  },
});
