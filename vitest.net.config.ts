import { defineConfig } from 'vitest/config'

/** `npm run test:net`: real processes on hosts of their own; one file after the other, each step in order. */
export default defineConfig({
  test: {
    include: ['test/net/**/*.test.ts'],
    globalSetup: ['test/net/setup.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
    reporters: ['verbose'],
    bail: 1,
    env: { NO_COLOR: '1' },
  },
})
