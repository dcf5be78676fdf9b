import { defineConfig } from 'vitest/config';

/** `npm run test:arm64`: not part of `npm test`, since it downloads an emulator and a Node for another processor. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/arm64/bundle.arm64.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
