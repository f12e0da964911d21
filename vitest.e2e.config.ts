import { defineConfig } from 'vitest/config'

/** `npm run test:e2e`: whole swarms as people use them, most of them in a real browser, one step after the other. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // A browser on a crowded machine takes its time.
    expect: { poll: { timeout: 30_000, interval: 100 } },
    pool: 'forks',
    fileParallelism: false,
    reporters: ['verbose'],
    bail: 1,
    env: { NO_COLOR: '1' },
  },
})
